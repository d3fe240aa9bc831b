#pragma once
// Tables of vectors, attention and recurrence.

#include <strata/backends/cuda/normalization.hpp>

namespace strata::cuda {

class SequenceOperations : public NormalizationOperations {
public:
};

}  // namespace strata::cuda
