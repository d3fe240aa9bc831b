#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/schedulers/linear_lr.hpp>
#include <strata/schedulers/reduce_lr_on_plateau.hpp>
#include <strata/schedulers/sequential_lr.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    st::Optimizer optimizer{model, st::SGD{}};
    st::LinearLR warm_up{optimizer};
    st::ReduceLROnPlateau plateau{optimizer};
    warm_up.step();
    plateau.step(0.5);
}
