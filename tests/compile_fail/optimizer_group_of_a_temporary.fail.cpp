// error: temporary-optimizer
// expect: this optimizer is a temporary, and its groups die with it
// ... and for the options of its groups.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    st::SGD& bias = st::Optimizer{model, st::SGD{}}.group("0.bias");
    bias.lr = 0;
}
