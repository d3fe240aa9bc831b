#pragma once
// y[o, i, j] = b[o] + sum over c, k, l of w[o, c, k, l] x[c, i stride - padding + k dilation, ...]
//
// The cross-correlation that PyTorch calls a convolution. c runs over the channels of o's group.
//
// Shapes: (In, rows, columns) -> (Out, rows', columns'),
//   rows' = floor((rows + 2 padding - dilation (kernel - 1) - 1) / stride) + 1.
//
// `Conv2d<In, Out, Kernel>` or, In from the layer before it, `Conv2d<Out, Kernel>`; Kernel is a number or
// `kernel<rows, columns>`.
// Options behind the sizes, in any order:
//   stride<N> or stride<rows, columns>   1
//   padding<N> or <rows, columns>        0; `same_padding` is as much as keeps the extents
//   dilation<N> or <rows, columns>       1
//   groups<N>                            1; must divide In and Out. groups<In> is a depthwise convolution
//   no_bias                              leaves the bias out
//   PaddingMode::zeros                   or reflect, replicate, circular: what stands outside the image
//
// Parameters: weight (Out, In / groups, kernel rows, kernel columns), bias (Out).
//
// Source: torch.nn.Conv2d; initial values as there: U(-1/sqrt(fan), 1/sqrt(fan)) for both, with
// fan = In / groups * kernel rows * kernel columns.

#include <strata/layers/shared/convolution.hpp>

namespace strata {

inline void write_Conv2d_In_Out_Kernel_or_Conv2d_Out_Kernel_then_options_such_as_stride_2() {}

template <auto... Arguments>
struct Conv2d : detail::ConvolutionLayer<Conv2d, 2, Arguments...> {
    static constexpr Reason usage =
        &write_Conv2d_In_Out_Kernel_or_Conv2d_Out_Kernel_then_options_such_as_stride_2;
};

template <>
struct Conv2d<detail::in_parentheses{}> : detail::WrittenInParentheses {
    using detail::WrittenInParentheses::WrittenInParentheses;
};
template <class... Sizes>
requires detail::SizesInParentheses<Sizes...> Conv2d(Sizes...)
->Conv2d<detail::in_parentheses{}>;

}  // namespace strata
