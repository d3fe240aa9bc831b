// error: temporary-optimizer
// expect: a scheduler changes an optimizer that goes on, and this one is a temporary
// The same holds for an Optimizer ...
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
    st::StepLR scheduler{st::Optimizer{model, st::SGD{}}, {.step_size = 3}};
    scheduler.step();
}
