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
    st::Trainer trainer{model, st::NLLLoss{}, st::Adam{}};
    st::Optimizer optimizer = trainer.optimizer();
}
