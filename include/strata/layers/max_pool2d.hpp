#pragma once
// y[c, i, j] = the largest x[c, i stride - padding + k dilation, j stride - padding + l dilation] over k, l
//
// k and l run over the rows and columns of the kernel; what lies in the padding is never the largest.
//
// Shapes: (C, rows, columns) -> (C, rows', columns'),
//   rows' = floor((rows + 2 padding - dilation (kernel - 1) - 1) / stride) + 1.
//
// `MaxPool2d<Kernel>`; Kernel is a number or `kernel<rows, columns>`.
// Options behind it, in any order:
//   stride<N> or stride<rows, columns>   the kernel
//   padding<N> or <rows, columns>        0; at most half the kernel
//   dilation<N> or <rows, columns>       1
//   ceil_mode                            rows' is rounded up, if the last window then begins in the input or
//                                        in the padding in front of it
//
// Of equal elements the first one takes the gradient. NaN counts as larger than all numbers.
// Saved: which element of each window is the largest, a byte per window (four bytes for kernels of more than
// 256 elements); neither input nor output is kept.
//
// Source: torch.nn.MaxPool2d.

#include <strata/core/network/trace.hpp>
#include <strata/layers/shared/max_pool.hpp>

namespace strata {

inline void write_MaxPool2d_Kernel_then_options_such_as_stride_2() {}

inline void write_its_sizes_in_angle_brackets_before_the_value_as_in_max_pool2d_2_of_x() {}
template <auto... Arguments>
struct MaxPool2d : detail::MaxPool<2, Arguments...> {
    static constexpr Reason usage = &write_MaxPool2d_Kernel_then_options_such_as_stride_2;
};

template <>
struct MaxPool2d<detail::in_parentheses{}> : detail::WrittenInParentheses {
    using detail::WrittenInParentheses::WrittenInParentheses;
};
template <class... Sizes>
requires detail::SizesInParentheses<Sizes...> MaxPool2d(Sizes...)
->MaxPool2d<detail::in_parentheses{}>;

/// `max_pool2d<2>(x)` in the forward of a module.
template <auto... Arguments>
constexpr Value max_pool2d(Value x) {
    return apply<MaxPool2d<Arguments...>>(x);
}
/// `max_pool2d(x, 2)` leaves a refusal: sizes are constants of the network.
template <class... Sizes>
requires(sizeof...(Sizes) > 0) constexpr Value max_pool2d(Value x, Sizes...) {
    return x.trace->refuse(&write_its_sizes_in_angle_brackets_before_the_value_as_in_max_pool2d_2_of_x);
}

}  // namespace strata
