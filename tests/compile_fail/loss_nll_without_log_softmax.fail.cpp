// error: loss
// expect: this loss cannot stand behind this network or take this target
// expect: the_loss<(strata::)?NLLLoss>
// expect: behind<(strata::)?Linear<4, 3>>
// expect: end_the_network_with_LogSoftmax_or_use_CrossEntropyLoss
// NLLLoss takes logarithms of probabilities. It would compute nonsense of anything else, without a word:
// what PyTorch does.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const xt::xtensor<std::int64_t, 1> target = xt::zeros<std::int64_t>({8});
    auto loss = st::NLLLoss{}(model(x), target);
}
