// error: scheduler
// expect: a scheduler changes the optimizer, and this one is const
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/schedulers/step_lr.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    const st::Optimizer optimizer{model, st::SGD{}};
    st::StepLR scheduler{optimizer, {.step_size = 3}};
    scheduler.step();
}
