// error: loss
// expect: it takes class indices of type std::int64_t
// expect: xt::cast<std::int64_t>\(y\)
// Two arrays, without a model.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/loss_of_arrays.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const xt::xtensor<double, 1> y = xt::zeros<double>({8});
    return st::NLLLoss{}(x, y) > 0;
}
