// error: const-model
// expect: an optimizer changes the model, and this model is const
// So does an Optimizer ...
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    const st::Model<Net> model;
    st::Optimizer optimizer{model, st::Adam{}};
    optimizer.step();
}
