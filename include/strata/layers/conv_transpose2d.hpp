#pragma once
// y[o, i stride - padding + k dilation, ...] += w[c, o, k, l] x[c, i, j] for all c, i, j, k, l, and + b[o]
//
// The map whose gradient is a Conv2d with the same weight, kernel, stride, padding and dilation: forward is
// that convolution's backward pass, and backward its forward pass. It makes images larger.
//
// Shapes: (In, rows, columns) -> (Out, rows', columns'),
//   rows' = (rows - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.
//
// `ConvTranspose2d<In, Out, Kernel>` or, In from the layer before it, `ConvTranspose2d<Out, Kernel>`; Kernel
// is a number or `kernel<rows, columns>`.
// Options behind the sizes, in any order, each with one number or one for rows and one for columns:
//   stride<N>            1
//   padding<N>           0; takes away from the output
//   output_padding<N>    0; adds to the output's end; smaller than the stride or than the dilation
//   dilation<N>          1
//   groups<N>            1; must divide In and Out
//   no_bias              leaves the bias out
//
// Parameters: weight (In, Out / groups, kernel rows, kernel columns), bias (Out).
//
// Source: torch.nn.ConvTranspose2d; initial values as there: U(-1/sqrt(fan), 1/sqrt(fan)) for both, with
// fan = Out / groups * kernel rows * kernel columns. PyTorch has `padding_mode` too, of which it takes zeros.

#include <strata/layers/shared/convolution.hpp>

namespace strata {

inline void
write_ConvTranspose2d_In_Out_Kernel_or_ConvTranspose2d_Out_Kernel_then_options_such_as_stride_2() {}
inline void its_padding_takes_extents_of_at_least() {}
inline void its_output_padding_must_be_smaller_than_its_stride_or_its_dilation() {}

namespace detail {
using TransposedConvolutionArguments =
    LayerArguments<Kernel, Stride, Padding, OutputPadding, Dilation, Groups, Bias>;
}  // namespace detail

template <auto... Arguments>
struct ConvTranspose2d
    : detail::ConvolutionBase<ConvTranspose2d, 2, detail::TransposedConvolutionArguments, Arguments...> {
    using Base = detail::ConvolutionBase<strata::ConvTranspose2d, 2, detail::TransposedConvolutionArguments,
                                         Arguments...>;
    using Base::arguments, Base::window, Base::in, Base::out, Base::groups, Base::has_bias;

    static constexpr Reason usage =
        &write_ConvTranspose2d_In_Out_Kernel_or_ConvTranspose2d_Out_Kernel_then_options_such_as_stride_2;
    static constexpr Reason wrong_arguments = [] {
        for (Size axis = 0; axis < 2; ++axis) {
            const long long stride = window.stride.at(axis), dilation = window.dilation.at(axis);
            if (window.output_padding.at(axis) >= (stride > dilation ? stride : dilation))
                return Reason{&its_output_padding_must_be_smaller_than_its_stride_or_its_dilation};
        }
        return arguments.wrong;
    }();

    /// By how much (given - 1) * stride falls short of an output of one element; 0 if it does not.
    static constexpr Size missing(Size axis, Size given) {
        const WindowAxis moved = window.axis(axis, 1);
        const Size reached =
            (given - 1) * moved.stride + moved.reach() + Size(window.output_padding.at(axis));
        const Size needed = 1 + moved.before + moved.after;
        return needed > reached ? needed - reached : 0;
    }
    /// The window of the convolution that this one mirrors: its output is given, its input ours.
    static constexpr WindowAxis mirrored(Size axis, Size given) {
        WindowAxis moved = window.axis(axis, 1);
        moved.out = given;
        moved.in = (given - 1) * moved.stride + moved.reach() + Size(window.output_padding.at(axis)) -
                   moved.before - moved.after;
        return moved;
    }
    static constexpr ConvolutionGeometry geometry(Dims given) {
        return {.in_channels = out,
                .out_channels = given.extent[0],
                .groups = groups,
                .rows = mirrored(0, given.extent[1]),
                .columns = mirrored(1, given.extent[2])};
    }
    /// Every pixel of the output for itself: what its bias sees.
    static constexpr ConvolutionGeometry pixels(Dims output) {
        return {.in_channels = out,
                .out_channels = out,
                .rows = {.in = output.extent[1], .out = output.extent[1]},
                .columns = {.in = output.extent[2], .out = output.extent[2]}};
    }

    static constexpr ShapeOutcome output_shape(Dims given) {
        return Base::with_channels(given, [&] { return check_extents(given); });
    }
    static constexpr ShapeOutcome check_extents(Dims given) {
        const auto least = [&](Size axis, Size extent) {
            const Size stride = Size(window.stride.at(axis));
            return extent + (missing(axis, extent) + stride - 1) / stride;
        };
        const Dims fitting = dims(given.extent[0], least(0, given.extent[1]), least(1, given.extent[2]));
        if (fitting != given) return refuse(&its_padding_takes_extents_of_at_least, fitting);
        const ConvolutionGeometry g = geometry(given);
        return accept(dims(out, g.rows.in, g.columns.in));
    }
    static constexpr auto parameters(Dims given) {
        return Base::parameters_of_extents(given.extent[0], out / groups);
    }
    static constexpr Size multiply_adds(Dims given) {
        const ConvolutionGeometry g = geometry(given);
        return times(given.elements(), out / groups, g.rows.kernel, g.columns.kernel);
    }

    static void forward(auto& device, auto x, auto y, auto weight, auto... bias) {
        using T = typename decltype(y)::value_type;
        constexpr ConvolutionGeometry g = geometry(decltype(x)::dims);
        device.template convolution_backward_input<g>(x, weight, y, detail::bias_data<T>(bias...));
    }

    static void backward_input(auto& device, auto, auto, auto dy, auto dx, auto weight, auto...) {
        using T = typename decltype(dx)::value_type;
        constexpr ConvolutionGeometry g = geometry(decltype(dx)::dims);
        device.template convolution<g>(dy, weight, detail::bias_data<T>(), dx);
    }

    static void backward_parameters(auto& device, auto x, auto, auto dy, auto dweight, auto... dbias) {
        constexpr ConvolutionGeometry g = geometry(decltype(x)::dims);
        device.template convolution_backward_weight<g>(dy, x, dweight);
        (device.template convolution_backward_bias<pixels(decltype(dy)::dims)>(dy, dbias), ...);
    }
};

template <>
struct ConvTranspose2d<detail::in_parentheses{}> : detail::WrittenInParentheses {
    using detail::WrittenInParentheses::WrittenInParentheses;
};
template <class... Sizes>
requires detail::SizesInParentheses<Sizes...> ConvTranspose2d(Sizes...)
->ConvTranspose2d<detail::in_parentheses{}>;

}  // namespace strata
