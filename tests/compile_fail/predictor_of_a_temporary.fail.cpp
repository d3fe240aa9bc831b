// error: temporary-model
// expect: a Predictor keeps a reference to the model, and this model is a temporary
// What keeps a reference to a model needs one that lives on; this one would be gone at the semicolon.
// (`predict(model, x)` is over by then, and takes any model.)
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/models/predictor.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>, st::LogSoftmax>;

int main() {
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    st::Predictor predictor{st::Model<Net>{}};
    predictor(x);
}
