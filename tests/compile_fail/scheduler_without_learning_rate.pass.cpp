#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/optimizer.hpp>
#include <strata/schedulers/step_lr.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

struct Mine {
    double lr = 0.1;

    void validate() const {}
    st::StatesInUse states() const { return {}; }

    struct Rule {};
    template <class T>
    Rule rule(st::OptimizerClock&) const {
        return {};
    }
};

int main() {
    st::Model<Net> model;
    st::Optimizer optimizer{model, Mine{}};
    st::StepLR scheduler{optimizer, {.step_size = 3}};
    scheduler.step();
}
