// error: const-model
// expect: a forward pass writes into the model.s memory
// expect: make a Predictor from it
// Passes write activations into the memory of the model. A Predictor has memory of its own, so that many
// threads may share one const model.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/predictor.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    const st::Model<Net> model;
    auto y = model(xt::xtensor<float, 2>::from_shape({8, 4}));
}
