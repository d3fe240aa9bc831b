#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/schedulers/linear_lr.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    st::SGD sgd{.lr = 0.1};
    st::Optimizer optimizer{model, sgd};
    st::LinearLR scheduler{optimizer};
    scheduler.step();
}
