// error: const-model
// expect: read-only location|returns a const value
// A const model's parameters can be read. (What the compiler says is its own.)
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    const st::Model<Net> model;
    model.parameter<"0.weight">()(0, 0) = 1;
}
