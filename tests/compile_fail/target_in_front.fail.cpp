// error: loss
// expect: the prediction comes first
// expect: criterion\(model\(x\), y\)
// PyTorch has it the same way round: loss(input, target).
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/loss_of_arrays.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const xt::xtensor<float, 2> y = xt::zeros<float>({8, 3});
    auto loss = st::MSELoss{}(y, model(x));
}
