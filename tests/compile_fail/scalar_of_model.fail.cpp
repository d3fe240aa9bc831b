// error: scalar
// expect: a model computes with float or double
// expect: RefuseUnlessModel<(strata::)?(Cpu, )?.*int
// Integers have no gradients.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net, st::Cpu, int> model;
    model.zero_grad();
}
