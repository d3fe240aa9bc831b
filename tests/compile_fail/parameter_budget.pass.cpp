#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 20>, st::Linear<10>>;

static_assert(st::Model<Net>::parameter_count * sizeof(float) <= 64 * 1024,
              "the network fits into the memory of the microcontroller");

int main() {}
