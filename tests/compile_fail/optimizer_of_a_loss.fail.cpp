// error: optimizer
// expect: this type is no optimizer
// expect: NLLLoss
// An Optimizer binds a model and the options of one of the optimizers.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    st::Optimizer optimizer{model, st::NLLLoss{}};
    optimizer.step();
}
