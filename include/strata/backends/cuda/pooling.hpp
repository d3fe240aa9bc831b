#pragma once
// Maxima and averages over windows, and resizing.

#include <strata/backends/cuda/convolution.hpp>

namespace strata::cuda {

class PoolingOperations : public ConvolutionOperations {
public:
};

}  // namespace strata::cuda
