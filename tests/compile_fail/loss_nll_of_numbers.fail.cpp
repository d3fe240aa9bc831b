// error: loss
// expect: this loss cannot stand behind this network or take this target
// expect: the_loss<(strata::)?NLLLoss>
// expect: the_target_must_be_class_indices_of_type_int64_one_per_sample
// expect: the_target_holds<float
// One class index per sample, and not one number per class.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>, st::LogSoftmax>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const xt::xtensor<float, 2> target = xt::zeros<float>({8, 3});
    auto loss = st::NLLLoss{}(model(x), target);
}
