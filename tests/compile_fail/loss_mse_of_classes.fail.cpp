// error: loss
// expect: this loss cannot stand behind this network or take this target
// expect: the_loss<(strata::)?MSELoss>
// expect: it_compares_numbers_with_numbers
// expect: the_target_holds<(long|std::[a-z0-9_]+)
// The distance between class 2 and class 7 means nothing.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const xt::xtensor<std::int64_t, 1> target = xt::zeros<std::int64_t>({8});
    auto loss = st::MSELoss{}(model(x), target);
}
