// error: absent-device
// expect: the device Cpu is not in this program; include <strata/strata.hpp>
// only: nvcc (the header needs CUDA)
// The header <strata/cuda.hpp> does not bring the processor's kernels and xtensor along.
#include <strata/backends/cuda/cuda.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() { st::Model<Net> model; }
