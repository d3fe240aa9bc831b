// error: target
// expect: a target is class indices of type std::int64_t or numbers
// expect: xt::cast<std::int64_t>
// Class indices are of type std::int64_t, as in PyTorch.
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
    const xt::xtensor<int, 1> target = xt::zeros<int>({8});
    auto loss = st::CrossEntropyLoss{}(model(x), target);
}
