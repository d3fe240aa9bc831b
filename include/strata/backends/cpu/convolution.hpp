#pragma once
// Convolutions and their gradients.
//
// The lanes of a vector are samples: a block of as many samples as there are lanes is turned to
// [channel][row][column][sample], so that no lane is idle, whatever the channels and extents are. From the
// bottom:
//   convolution/lanes.hpp        turns blocks of samples, and back
//   convolution/windows.hpp      which inputs an output sees; the scratch memory of a thread
//   convolution/tile.hpp         the inner loop; convolution/weight_tile.hpp that of the weights' gradient
//   convolution/planes.hpp       channels of a batch into scratch memory and back, with padding
//   convolution/drive.hpp        outputs, and the gradient for the input: a convolution, too
//   convolution/weight.hpp       the gradients of weights and bias
//   convolution/bands.hpp        few samples: parts of images become lanes
//
// All but the functions here know the geometry at run time: the first convolution of a program costs about
// two seconds to compile, each further one a few hundredths. They run on one thread and use memory of that
// thread, which stays until it ends (about the size of a block of samples, at most a few megabytes for usual
// layers).
//
// Measured on AVX-512 at 2.6 GHz, one thread, forward, GFLOP/s with products of padding counted; oneDNN 2.6
// in its own layout / from and to NCHW: batch 64, 1-10 5x5 at 28x28 82, 63 / 33; 10-20 5x5 at 12x12 108, 71 /
// 68; 32-64 3x3 at 14x14 108, 110 / 90; 64-64 at 8x8 116, 121 / 104; 64-64 1x1 at 14x14 50, 78 / 41; batch
// 16, 256-256 3x3 at 14x14 93, 112 / 109; batch 1, 64-64 at 14x14 48, 117 / 104. Im2col with OpenBLAS: 18
// to 66.

#include <strata/backends/cpu/convolution/bands.hpp>
#include <strata/backends/cpu/map.hpp>

namespace strata::cpu {

namespace detail {

/// The axes as `convolve` takes them. An image of one row is worked on as one of one column: tiles are rows.
template <ConvolutionGeometry G>
inline constexpr bool one_row = G.rows.in == 1 && G.rows.out == 1 && G.rows.kernel == 1 && G.rows.before == 0;
template <ConvolutionGeometry G>
inline constexpr WindowAxis row_axis = one_row<G> ? G.columns : G.rows;
template <ConvolutionGeometry G>
inline constexpr WindowAxis column_axis = one_row<G> ? G.rows : G.columns;

constexpr LaneAxis forward_axis(const WindowAxis& a, PaddingMode mode) {
    if (mode == PaddingMode::zeros) return {a.in, a.out, a.kernel, a.stride, a.dilation, a.before, false};
    return {a.in + a.before + a.after, a.out, a.kernel, a.stride, a.dilation, 0, false};
}
constexpr LaneAxis backward_axis(const WindowAxis& a, PaddingMode mode) {
    if (mode == PaddingMode::zeros) return {a.out, a.in, a.kernel, a.stride, a.dilation, a.before, true};
    return {a.out, a.in + a.before + a.after, a.kernel, a.stride, a.dilation, 0, true};
}

template <ConvolutionGeometry G, class T>
void convolve_forward(const T* x, Size batch, const T* weight, const T* bias, T* y) {
    constexpr Size in = G.rows.in * G.columns.in, out = G.rows.out * G.columns.out;
    constexpr Size in_group = G.in_channels / G.groups, taps = G.rows.kernel * G.columns.kernel;
    convolve_batch<T>({{x, G.in_channels * in, in},
                       {y, G.out_channels * out, out},
                       batch,
                       G.groups,
                       in_group,
                       G.out_channels / G.groups,
                       forward_axis(row_axis<G>, G.mode),
                       forward_axis(column_axis<G>, G.mode),
                       weight,
                       in_group * taps,
                       taps,
                       bias,
                       row_axis<G>,
                       column_axis<G>,
                       G.mode});
}

template <ConvolutionGeometry G, class T>
void convolution_gradient(const T* x, const T* dy, Size batch, T* dweight, bool weight_accumulates, T* dbias,
                          bool bias_accumulates) {
    constexpr Size in = G.rows.in * G.columns.in, out = G.rows.out * G.columns.out;
    convolve_batch_for_weight<T>({{x, G.in_channels * in, in},
                                  {dy, G.out_channels * out, out},
                                  batch,
                                  G.groups,
                                  G.in_channels / G.groups,
                                  G.out_channels / G.groups,
                                  row_axis<G>,
                                  column_axis<G>,
                                  G.mode,
                                  dweight,
                                  weight_accumulates,
                                  dbias,
                                  bias_accumulates});
}

}  // namespace detail

struct ConvolutionOperations {
    /// y = x * weight + bias; bias may be null.
    template <ConvolutionGeometry G, class X, class W, class Y>
    static void convolution(X x, W weight, const typename Y::value_type* bias, Y y) {
        detail::convolve_forward<G>(x.data, x.batch, weight.data, bias, y.data);
    }
    /// dx = the gradient of `convolution` for its input, plus a bias per input channel (or null), which a
    /// transposed convolution has.
    template <ConvolutionGeometry G, class DY, class W, class DX>
    static void convolution_backward_input(DY dy, W weight, DX dx,
                                           const typename DX::value_type* bias = nullptr) {
        using T = typename DX::value_type;
        constexpr Size in = G.rows.in * G.columns.in, out = G.rows.out * G.columns.out;
        constexpr Size in_group = G.in_channels / G.groups, taps = G.rows.kernel * G.columns.kernel;
        constexpr auto rows = detail::row_axis<G>, columns = detail::column_axis<G>;
        detail::convolve_batch<T>({{dy.data, G.out_channels * out, out},
                                   {dx.data, G.in_channels * in, in},
                                   dy.batch,
                                   G.groups,
                                   G.out_channels / G.groups,
                                   in_group,
                                   detail::backward_axis(rows, G.mode),
                                   detail::backward_axis(columns, G.mode),
                                   weight.data,
                                   taps,
                                   in_group * taps,
                                   bias,
                                   rows,
                                   columns,
                                   G.mode});
    }
    template <ConvolutionGeometry G, class X, class DY, class DW>
    static void convolution_backward_weight(X x, DY dy, DW dweight) {
        using T = typename DW::value_type;
        detail::convolution_gradient<G, T>(x.data, dy.data, x.batch, dweight.data, dweight.accumulate,
                                           nullptr, false);
    }
    /// The sum over batch and pixels.
    template <ConvolutionGeometry G, class DY, class DB>
    static void convolution_backward_bias(DY dy, DB dbias) {
        detail::sum_channels<typename DB::value_type>(
            dy.data, dy.batch, G.out_channels, G.rows.out * G.columns.out, dbias.data, dbias.accumulate);
    }
    /// Both in one pass; without a bias, the gradient for the weight.
    template <ConvolutionGeometry G, class X, class DY, class DW>
    static void convolution_backward_parameters(X x, DY dy, DW dweight) {
        convolution_backward_weight<G>(x, dy, dweight);
    }
    template <ConvolutionGeometry G, class X, class DY, class DW, class DB>
    static void convolution_backward_parameters(X x, DY dy, DW dweight, DB dbias) {
        using T = typename DW::value_type;
        detail::convolution_gradient<G, T>(x.data, dy.data, x.batch, dweight.data, dweight.accumulate,
                                           dbias.data, dbias.accumulate);
    }
};

}  // namespace strata::cpu
