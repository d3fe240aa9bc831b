#pragma once
// Tables of vectors, attention and recurrence.

#include <strata/backends/cpu/map.hpp>

namespace strata::cpu {

struct SequenceOperations {};

}  // namespace strata::cpu
