// error: buffer
// expect: this is the name of a buffer
// No optimizer changes a buffer, so that there is nothing to freeze. In evaluation mode it stays as it is.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/batch_norm1d.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>, st::BatchNorm1d<3>>;

int main() {
    st::Model<Net> model;
    model.requires_grad<"1.running_var">(false);
}
