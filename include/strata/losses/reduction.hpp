#pragma once
// How a loss makes one number of many: their mean (PyTorch's default) or their sum.

namespace strata {

enum class Reduction { mean, sum };

}  // namespace strata
