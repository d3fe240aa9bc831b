// error: temporary-model
// expect: an optimizer keeps a reference to the model, and this model is a temporary
// The same holds for an Optimizer ...
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Optimizer optimizer{st::Model<Net>{}, st::Adam{}};
    optimizer.step();
}
