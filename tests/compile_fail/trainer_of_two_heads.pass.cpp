#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/module.hpp>
#include <strata/models/parallel.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/training/trainer.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 8>, st::ReLU, st::Parallel<st::Linear<3>, st::Linear<3>>>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({2, 4}), y = xt::zeros<float>({2, 3});
    auto [a, b] = model(x);
    model.backward(st::MSELoss{}(a, y) + 0.5 * st::MSELoss{}(b, y));
}
