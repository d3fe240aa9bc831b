#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/models/predictor.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>, st::LogSoftmax>;

int main() {
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const st::Model<Net> model;
    st::Predictor predictor{model};
    predictor(x);
}
