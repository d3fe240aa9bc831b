#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/predictor.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    const st::Model<Net> model;
    st::Predictor predictor{model};
    auto y = predictor(xt::xtensor<float, 2>::from_shape({8, 4}));
}
