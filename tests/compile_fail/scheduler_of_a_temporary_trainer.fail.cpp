// error: temporary-optimizer
// expect: this Trainer is a temporary, and its optimizer dies with it
// A scheduler changes an optimizer that goes on. Of a temporary it would change nothing that is ever used.
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
    st::StepLR scheduler{st::Trainer{model, st::MSELoss{}, st::SGD{}}.optimizer(), {.step_size = 3}};
    scheduler.step();
}
