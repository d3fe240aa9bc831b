// error: loss
// expect: a loss takes what model\(x\) returned
// The loss is taken of what the model gives, and not of the model.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const xt::xtensor<std::int64_t, 1> y = xt::zeros<std::int64_t>({8});
    auto loss = st::CrossEntropyLoss{}(model, y);
}
