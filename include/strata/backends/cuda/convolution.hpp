#pragma once
// Convolutions and their gradients.

#include <strata/backends/cuda/gather.hpp>

namespace strata::cuda {

class ConvolutionOperations : public GatherOperations {
public:
};

}  // namespace strata::cuda
