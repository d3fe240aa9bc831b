#pragma once
// Fills a tensor with uniform numbers in [a, b).
// Source: https://pytorch.org/docs/1.13/nn.init.html#torch.nn.init.uniform_

#include <strata/init/tensor.hpp>
#include <strata/random/distributions.hpp>

namespace strata::init {

using strata::uniform_;  // over raw memory: uniform_(data, count, a, b, generator)

/// Uniform numbers in [a, b), 0 and 1 unless told. Throws ValueError where a > b.
template <Fillable Tensor>
void uniform_(Tensor&& tensor, double a = 0.0, double b = 1.0, Generator& generator = default_generator()) {
    uniform_(elements("uniform_", tensor), element_count(tensor.shape()), a, b, generator);
}

}  // namespace strata::init
