// error: trainer
// expect: where the optimizer belongs stands something else
// expect: not yet bound to a model
// A Trainer binds the optimizer itself; it takes the options alone.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/training/trainer.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>, st::LogSoftmax>;

int main() {
    st::Model<Net> model;
    st::Optimizer optimizer{model, st::Adam{}};
    st::Trainer trainer{model, st::NLLLoss{}, optimizer};
}
