// error: target
// expect: a target is class indices of type std::int64_t or numbers
// expect: xt::cast<std::int64_t>
// Labels as files of images hold them; the loss compares numbers, and has nothing to add.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const xt::xtensor<std::uint8_t, 2> y = xt::zeros<std::uint8_t>({8, 3});
    auto loss = st::MSELoss{}(model(x), y);
}
