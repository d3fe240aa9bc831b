#pragma once
// The reduction of a loss, from many numbers to one: their mean (PyTorch's default) or their sum.

namespace strata {

enum class Reduction { mean, sum };

}  // namespace strata
