#pragma once
// The arguments of the functions of strata::init: any container, adaptor or parameter view whose elements lie
// together in row-major order.

#include <cstddef>
#include <strata/core/refuse_option.hpp>
#include <type_traits>

namespace strata::init {

/// Anything with `.data()` (a pointer to float or double) and `.shape()` (indexable, with `.size()`).
template <class Tensor>
concept Fillable = requires(std::remove_reference_t<Tensor>& tensor) {
    *tensor.data() = 0;
    static_cast<std::size_t>(tensor.shape().size());
    static_cast<std::size_t>(tensor.shape()[0]);
};

/// The number of elements of a shape; 1 for a scalar's.
template <class Shape>
constexpr std::size_t element_count(const Shape& shape) {
    std::size_t count = 1;
    for (std::size_t i = 0; i < static_cast<std::size_t>(shape.size()); ++i)
        count *= static_cast<std::size_t>(shape[i]);
    return count;
}

/// The first element of a tensor. Refuses, in the name of `function`, a view with gaps between its elements.
template <Fillable Tensor>
auto* elements(const char* function, Tensor& tensor) {
    if constexpr (requires { tensor.strides()[0]; }) {
        std::size_t expected = 1;
        for (std::size_t i = tensor.shape().size(); i-- > 0;) {
            const auto size = static_cast<std::size_t>(tensor.shape()[i]);
            if (size > 1 && static_cast<std::size_t>(tensor.strides()[i]) != expected)
                refuse_option(function, "a stride of the tensor", tensor.strides()[i],
                              "the one of row-major elements without gaps, ", expected);
            expected *= size;
        }
    }
    if constexpr (requires { tensor.data_offset(); }) {
        return tensor.data() + tensor.data_offset();  // an xtensor view points at its parent's memory
    } else {
        return tensor.data();
    }
}

}  // namespace strata::init
