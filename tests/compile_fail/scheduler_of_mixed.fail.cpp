// error: scheduler
// expect: this optimizer mixes two algorithms, and a scheduler is for one of them
// Each of the algorithms of Mixed has a learning rate of its own.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adamw.hpp>
#include <strata/optimizers/mixed.hpp>
#include <strata/optimizers/muon.hpp>
#include <strata/schedulers/step_lr.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    st::Optimizer optimizer{model, st::Mixed{st::Muon{}, st::AdamW{}}};
    st::StepLR scheduler{optimizer, {.step_size = 3}};
    scheduler.step();
}
