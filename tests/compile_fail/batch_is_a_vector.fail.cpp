// error: batch
// expect: a batch is an xtensor container, view or expression
// expect: xt::adapt
// A std::vector does not say how many samples it holds. `xt::adapt` shows its memory as a tensor, and copies
// nothing.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net> model;
    std::vector<float> x(8 * 4);
    auto y = model.forward(x);
}
