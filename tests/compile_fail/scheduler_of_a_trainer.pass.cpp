#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/schedulers/step_lr.hpp>
#include <strata/training/trainer.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    st::Trainer trainer{model, st::MSELoss{}, st::SGD{}};
    st::StepLR scheduler{trainer.optimizer(), {.step_size = 3}};
    scheduler.step();
}
