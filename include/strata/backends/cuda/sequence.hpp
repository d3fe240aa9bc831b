#pragma once
// Tables of vectors, attention and recurrence.

#include <strata/backends/cuda/attention.hpp>

namespace strata::cuda {

class SequenceOperations : public AttentionOperations {};

}  // namespace strata::cuda
