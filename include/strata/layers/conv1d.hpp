#pragma once
// y[o, i] = b[o] + sum over c, k of w[o, c, k] x[c, i stride - padding + k dilation]
//
// Conv2d in one dimension. c runs over the channels of o's group.
//
// Shapes: (In, length) -> (Out, length'),
//   length' = floor((length + 2 padding - dilation (kernel - 1) - 1) / stride) + 1.
//
// `Conv1d<In, Out, Kernel>` or, In from the layer before it, `Conv1d<Out, Kernel>`. Options behind the sizes,
// in any order, as in conv2d.hpp: stride<N> = 1, padding<N> = 0 or same_padding, dilation<N> = 1,
// groups<N> = 1, no_bias, PaddingMode::zeros, reflect, replicate or circular.
//
// Parameters: weight (Out, In / groups, kernel), bias (Out).
//
// Source: torch.nn.Conv1d; initial values as there: U(-1/sqrt(fan), 1/sqrt(fan)) for both, with
// fan = In / groups * kernel.

#include <strata/layers/shared/convolution.hpp>

namespace strata {

inline void write_Conv1d_In_Out_Kernel_or_Conv1d_Out_Kernel_then_options_such_as_stride_2() {}

template <auto... Arguments>
struct Conv1d : detail::ConvolutionLayer<Conv1d, 1, Arguments...> {
    static constexpr Reason usage =
        &write_Conv1d_In_Out_Kernel_or_Conv1d_Out_Kernel_then_options_such_as_stride_2;
};

template <>
struct Conv1d<detail::in_parentheses{}> : detail::WrittenInParentheses {
    using detail::WrittenInParentheses::WrittenInParentheses;
};
template <class... Sizes>
requires detail::SizesInParentheses<Sizes...> Conv1d(Sizes...)
->Conv1d<detail::in_parentheses{}>;

}  // namespace strata
