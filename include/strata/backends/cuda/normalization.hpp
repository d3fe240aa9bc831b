#pragma once
// Statistics of groups of elements, and normalisation by them.

#include <strata/backends/cuda/pooling.hpp>

namespace strata::cuda {

class NormalizationOperations : public PoolingOperations {
public:
};

}  // namespace strata::cuda
