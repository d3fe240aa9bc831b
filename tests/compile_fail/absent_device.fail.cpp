// error: absent-device
// expect: the device Cuda is not in this program; include <strata/cuda.hpp> in a .cu file that nvcc compiles
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() { st::Model<Net, st::Cuda> model; }
