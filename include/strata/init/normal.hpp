#pragma once
// Fills a tensor with normal numbers.
// Source: https://pytorch.org/docs/1.13/nn.init.html#torch.nn.init.normal_

#include <strata/init/tensor.hpp>
#include <strata/random/distributions.hpp>

namespace strata::init {

using strata::normal_;  // over raw memory: normal_(data, count, mean, std, generator)

/// Normal numbers of mean 0 and standard deviation 1 unless told. Throws ValueError where std < 0.
template <Fillable Tensor>
void normal_(Tensor&& tensor, double mean = 0.0, double std = 1.0,
             Generator& generator = default_generator()) {
    normal_(elements("normal_", tensor), element_count(tensor.shape()), mean, std, generator);
}

}  // namespace strata::init
