// error: batch
// expect: a batch is an xtensor container, view or expression
// Even a single sample of a single number is a batch: of shape (1, 1).
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<1, 3>>;

int main() {
    st::Model<Net> model;
    auto y = model(0.5f);
}
