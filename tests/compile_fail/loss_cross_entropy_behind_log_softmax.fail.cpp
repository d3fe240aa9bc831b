// error: loss
// expect: this loss cannot stand behind this network or take this target
// expect: the_loss<(strata::)?CrossEntropyLoss>
// expect: behind<(strata::)?LogSoftmax>
// expect: leave_LogSoftmax_out_or_use_NLLLoss
// CrossEntropyLoss contains the LogSoftmax, too. With LogSoftmax in the network, which then returns log-
// probabilities, the loss is NLLLoss.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>, st::LogSoftmax>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const xt::xtensor<std::int64_t, 1> target = xt::zeros<std::int64_t>({8});
    auto loss = st::CrossEntropyLoss{}(model(x), target);
}
