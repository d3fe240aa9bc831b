#include <strata/backends/cpu/cpu.hpp>
#include <strata/core/operations/device.hpp>

namespace st = strata;

/// As the Cpu.
struct Slate : st::Cpu {};
static_assert(st::OffersAllOperations<Slate>);

int main() {}
