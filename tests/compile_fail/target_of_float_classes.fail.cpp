// error: loss
// expect: it takes class indices of type std::int64_t
// expect: xt::cast<std::int64_t>\(y\)
// expect: the_loss<(strata::)?NLLLoss>
// Labels that were read as float, as xtensor makes them of literals.
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
    const xt::xtensor<float, 1> y = xt::zeros<float>({8});
    auto loss = st::NLLLoss{}(model(x), y);
}
