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
    st::StepLR scheduler{optimizer.get<st::Muon>(), {.step_size = 3}};
    scheduler.step();
}
