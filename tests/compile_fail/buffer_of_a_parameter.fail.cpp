// error: buffer
// expect: this is the name of a parameter, which is learnt
// What is learnt is no buffer.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/batch_norm1d.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>, st::BatchNorm1d<3>>;

int main() {
    st::Model<Net> model;
    auto weight = model.buffer<"1.weight">();
}
