// error: loss
// expect: it compares numbers with numbers
// expect: xt::cast<float>\(y\)
// A binary target of 0 and 1 is a number here, as in PyTorch.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/sigmoid.hpp>
#include <strata/losses/bce_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>, st::Sigmoid>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const xt::xtensor<std::int64_t, 2> y = xt::zeros<std::int64_t>({8, 3});
    auto loss = st::BCELoss{}(model(x), y);
}
