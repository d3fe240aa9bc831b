#pragma once
// Tables of vectors, attention and recurrence.

#include <strata/backends/cpu/attention.hpp>
#include <strata/backends/cpu/embedding.hpp>
#include <strata/backends/cpu/strided.hpp>

namespace strata::cpu {

struct SequenceOperations : AttentionOperations, EmbeddingOperations, StridedOperations {};

}  // namespace strata::cpu
