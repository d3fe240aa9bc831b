// error: loss
// expect: this loss cannot stand behind this network or take this target
// expect: the_loss<(strata::)?BCELoss>
// expect: behind<(strata::)?Linear<4, 3>>
// expect: end_the_network_with_Sigmoid_or_use_BCEWithLogitsLoss
// The logarithm of a number outside [0, 1] would be NaN.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/bce_loss.hpp>
#include <strata/losses/bce_with_logits_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const xt::xtensor<float, 2> target = xt::zeros<float>({8, 3});
    auto loss = st::BCELoss{}(model(x), target);
}
