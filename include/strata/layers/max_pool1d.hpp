#pragma once
// y[c, i] = the largest x[c, i stride - padding + k dilation] over k < kernel
//
// MaxPool2d in one dimension.
//
// Shapes: (C, length) -> (C, length'),
//   length' = floor((length + 2 padding - dilation (kernel - 1) - 1) / stride) + 1.
//
// `MaxPool1d<Kernel>`; options behind it, in any order, as in max_pool2d.hpp: stride<N> = the kernel,
// padding<N> = 0, dilation<N> = 1, ceil_mode.
//
// Source: torch.nn.MaxPool1d.

#include <strata/core/network/trace.hpp>
#include <strata/layers/shared/max_pool.hpp>

namespace strata {

inline void write_MaxPool1d_Kernel_then_options_such_as_stride_2() {}

inline void write_its_sizes_in_angle_brackets_before_the_value_as_in_max_pool1d_2_of_x() {}
template <auto... Arguments>
struct MaxPool1d : detail::MaxPool<1, Arguments...> {
    static constexpr Reason usage = &write_MaxPool1d_Kernel_then_options_such_as_stride_2;
};

template <>
struct MaxPool1d<detail::in_parentheses{}> : detail::WrittenInParentheses {
    using detail::WrittenInParentheses::WrittenInParentheses;
};
template <class... Sizes>
requires detail::SizesInParentheses<Sizes...> MaxPool1d(Sizes...)
->MaxPool1d<detail::in_parentheses{}>;

/// `max_pool1d<2>(x)` in the forward of a module.
template <auto... Arguments>
constexpr Value max_pool1d(Value x) {
    return apply<MaxPool1d<Arguments...>>(x);
}
/// `max_pool1d(x, 2)` leaves a refusal: sizes are constants of the network.
template <class... Sizes>
requires(sizeof...(Sizes) > 0) constexpr Value max_pool1d(Value x, Sizes...) {
    return x.trace->refuse(&write_its_sizes_in_angle_brackets_before_the_value_as_in_max_pool1d_2_of_x);
}

}  // namespace strata
