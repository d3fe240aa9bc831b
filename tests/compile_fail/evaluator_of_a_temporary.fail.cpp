// error: temporary-model
// expect: an Evaluator keeps a reference to the model, and this model is a temporary
// What keeps a reference to a model needs one that lives on; this one would be gone at the semicolon.
// (`evaluate(model, loader, loss)` is over by then, and takes any model.)
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/training/evaluator.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>, st::LogSoftmax>;

int main() {
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const xt::xtensor<std::int64_t, 1> target = xt::zeros<std::int64_t>({8});
    st::Evaluator evaluator{st::Model<Net>{}, st::NLLLoss{}};
    evaluator(x, target);
}
