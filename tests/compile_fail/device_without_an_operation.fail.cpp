// error: operations
// expect: the device lacks affine_gradients
// What a device must offer stands in core/operations/device.hpp, and the check is for whoever writes one.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/core/operations/device.hpp>

namespace st = strata;

/// As the Cpu, but for one operation.
struct Slate : st::Cpu {
    void affine_gradients() = delete;
};
static_assert(st::OffersAllOperations<Slate>);

int main() {}
