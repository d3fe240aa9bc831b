#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>

namespace st = strata;

int main() {
    st::Model<st::Linear<4, 2>> model;
    auto there = model.to<st::Cpu>();  // to<st::Cuda>() in a .cu file
    (void)there;
}
