// error: backward
// expect: a loss does not know its model; write model.backward\(loss\)
// PyTorch's loss.backward() is the model's here.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4}), target = xt::zeros<float>({8, 3});
    auto loss = st::MSELoss{}(model(x), target);
    loss.backward();
}
