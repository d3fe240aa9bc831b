#pragma once
// Statistics of groups of elements, and normalisation by them.

#include <strata/backends/cpu/map.hpp>

namespace strata::cpu {

struct NormalizationOperations {};

}  // namespace strata::cpu
