#pragma once
// Convolutions and their gradients.

#include <strata/backends/cpu/map.hpp>

namespace strata::cpu {

struct ConvolutionOperations {};

}  // namespace strata::cpu
