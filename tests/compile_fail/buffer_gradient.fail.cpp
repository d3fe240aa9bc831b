// error: buffer
// expect: it has no gradient
// Running means and the like are written by forward passes in training mode. No loss has a gradient with
// respect to them.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/batch_norm1d.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>, st::BatchNorm1d<3>>;

int main() {
    st::Model<Net> model;
    auto gradient = model.gradient<"1.running_mean">();
}
