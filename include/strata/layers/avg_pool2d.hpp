#pragma once
// y[c, i, j] = the mean of x[c, i stride - padding + k, j stride - padding + l] over k, l
//
// k and l run over the rows and columns of the kernel; the padding is 0.
//
// Shapes: (C, rows, columns) -> (C, rows', columns'),
//   rows' = floor((rows + 2 padding - kernel) / stride) + 1.
//
// `AvgPool2d<Kernel>`; Kernel is a number or `kernel<rows, columns>`.
// Options behind it, in any order:
//   stride<N> or stride<rows, columns>   the kernel
//   padding<N> or <rows, columns>        0; at most half the kernel
//   ceil_mode                            rows' is rounded up, if the last window then begins in the input or
//                                        in the padding in front of it. What it has behind the padding does
//                                        not count
//   no_count_include_pad                 divides by the elements that are no padding
//
// Source: torch.nn.AvgPool2d. (Its divisor_override is a factor that a layer behind this one may have.)

#include <strata/core/network/trace.hpp>
#include <strata/layers/shared/avg_pool.hpp>

namespace strata {

inline void write_AvgPool2d_Kernel_then_options_such_as_stride_2() {}

inline void write_its_sizes_in_angle_brackets_before_the_value_as_in_avg_pool2d_2_of_x() {}
template <auto... Arguments>
struct AvgPool2d : detail::AvgPool<2, Arguments...> {
    static constexpr Reason usage = &write_AvgPool2d_Kernel_then_options_such_as_stride_2;
};

template <>
struct AvgPool2d<detail::in_parentheses{}> : detail::WrittenInParentheses {
    using detail::WrittenInParentheses::WrittenInParentheses;
};
template <class... Sizes>
requires detail::SizesInParentheses<Sizes...> AvgPool2d(Sizes...)
->AvgPool2d<detail::in_parentheses{}>;

/// `avg_pool2d<2>(x)` in the forward of a module.
template <auto... Arguments>
constexpr Value avg_pool2d(Value x) {
    return apply<AvgPool2d<Arguments...>>(x);
}
/// `avg_pool2d(x, 2)` leaves a refusal: sizes are constants of the network.
template <class... Sizes>
requires(sizeof...(Sizes) > 0) constexpr Value avg_pool2d(Value x, Sizes...) {
    return x.trace->refuse(&write_its_sizes_in_angle_brackets_before_the_value_as_in_avg_pool2d_2_of_x);
}

}  // namespace strata
