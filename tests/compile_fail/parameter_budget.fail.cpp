// error: parameter-budget
// expect: the network fits into the memory of the microcontroller
// The number of parameters, the multiply-adds and the bytes of activations are constants, so that a budget
// is a static_assert of yours. This message is the program's own.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 100>, st::Linear<10>>;

static_assert(st::Model<Net>::parameter_count * sizeof(float) <= 64 * 1024,
              "the network fits into the memory of the microcontroller");

int main() {}
