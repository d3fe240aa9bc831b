// error: parameter-name
// expect: the network has no parameter of this name
// And for a parameter that is frozen by a name that the compiler sees.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/batch_norm1d.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>, st::BatchNorm1d<3>>;

int main() {
    st::Model<Net> model;
    model.requires_grad<"1.wieght">(false);
}
