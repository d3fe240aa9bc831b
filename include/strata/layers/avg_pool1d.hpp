#pragma once
// y[c, i] = the mean of x[c, i stride - padding + k] over k < kernel
//
// AvgPool2d in one dimension.
//
// Shapes: (C, length) -> (C, length'), length' = floor((length + 2 padding - kernel) / stride) + 1.
//
// `AvgPool1d<Kernel>`; options behind it, in any order, as in avg_pool2d.hpp: stride<N> = the kernel,
// padding<N> = 0, ceil_mode, no_count_include_pad.
//
// Source: torch.nn.AvgPool1d.

#include <strata/core/network/trace.hpp>
#include <strata/layers/shared/avg_pool.hpp>

namespace strata {

inline void write_AvgPool1d_Kernel_then_options_such_as_stride_2() {}

inline void write_its_sizes_in_angle_brackets_before_the_value_as_in_avg_pool1d_2_of_x() {}
template <auto... Arguments>
struct AvgPool1d : detail::AvgPool<1, Arguments...> {
    static constexpr Reason usage = &write_AvgPool1d_Kernel_then_options_such_as_stride_2;
};

template <>
struct AvgPool1d<detail::in_parentheses{}> : detail::WrittenInParentheses {
    using detail::WrittenInParentheses::WrittenInParentheses;
};
template <class... Sizes>
requires detail::SizesInParentheses<Sizes...> AvgPool1d(Sizes...)
->AvgPool1d<detail::in_parentheses{}>;

/// `avg_pool1d<2>(x)` in the forward of a module.
template <auto... Arguments>
constexpr Value avg_pool1d(Value x) {
    return apply<AvgPool1d<Arguments...>>(x);
}
/// `avg_pool1d(x, 2)` leaves a refusal: sizes are constants of the network.
template <class... Sizes>
requires(sizeof...(Sizes) > 0) constexpr Value avg_pool1d(Value x, Sizes...) {
    return x.trace->refuse(&write_its_sizes_in_angle_brackets_before_the_value_as_in_avg_pool1d_2_of_x);
}

}  // namespace strata
