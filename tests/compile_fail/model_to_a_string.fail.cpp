// error: device
// expect: strata: a device is a type, and the model on it another object: auto there = model\.to<Cuda>\(\)
// PyTorch names a device by a string; here it is a type, and the model on it another type.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>

namespace st = strata;

int main() {
    st::Model<st::Linear<4, 2>> model;
    model.to("cuda");
}
