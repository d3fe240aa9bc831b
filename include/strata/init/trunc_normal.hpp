#pragma once
// Fills a tensor with normal numbers that are cut off at two values.
// Source: https://pytorch.org/docs/1.13/nn.init.html#torch.nn.init.trunc_normal_

#include <strata/init/tensor.hpp>
#include <strata/random/distributions.hpp>

namespace strata::init {

using strata::trunc_normal_;  // over raw memory: trunc_normal_(data, count, mean, std, a, b, generator)

/// Normal numbers within [a, b]: mean 0, standard deviation 1, a = -2 and b = 2 unless told. The limits are
/// values, not multiples of std. Throws ValueError where std <= 0 or a > b.
template <Fillable Tensor>
void trunc_normal_(Tensor&& tensor, double mean = 0.0, double std = 1.0, double a = -2.0, double b = 2.0,
                   Generator& generator = default_generator()) {
    trunc_normal_(elements("trunc_normal_", tensor), element_count(tensor.shape()), mean, std, a, b,
                  generator);
}

}  // namespace strata::init
