#pragma once
// Fills a tensor with one value.
// Source: https://pytorch.org/docs/1.13/nn.init.html#torch.nn.init.constant_

#include <cstddef>
#include <strata/init/tensor.hpp>

namespace strata::init {

/// Sets `count` elements to `value`.
template <class T>
void constant_(T* data, std::size_t count, double value) {
    for (std::size_t i = 0; i < count; ++i) data[i] = static_cast<T>(value);
}

/// Sets every element to `value`.
template <Fillable Tensor>
void constant_(Tensor&& tensor, double value) {
    constant_(elements("constant_", tensor), element_count(tensor.shape()), value);
}

/// Sets every element to 0.
template <Fillable Tensor>
void zeros_(Tensor&& tensor) {
    constant_(elements("zeros_", tensor), element_count(tensor.shape()), 0.0);
}

/// Sets every element to 1.
template <Fillable Tensor>
void ones_(Tensor&& tensor) {
    constant_(elements("ones_", tensor), element_count(tensor.shape()), 1.0);
}

}  // namespace strata::init
