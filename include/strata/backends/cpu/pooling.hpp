#pragma once
// Maxima and averages over windows, and resizing.

#include <strata/backends/cpu/map.hpp>

namespace strata::cpu {

struct PoolingOperations {};

}  // namespace strata::cpu
