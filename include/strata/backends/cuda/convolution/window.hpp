#pragma once
// A convolution's geometry as device code sees it: numbers that are constants, so that divisions by them are
// multiplications; which input lies under a tap, and which taps see an input.

#include <strata/backends/cuda/runtime/runtime.hpp>
#include <strata/core/operations/window.hpp>
#include <utility>

namespace strata::cuda::detail {

/// A WindowAxis. Positions within a plane are ints, which a GPU is quicker with.
template <Size In, Size Out, Size Kernel, Size Stride, Size Dilation, Size Before, Size After>
struct AxisNumbers {
    static constexpr int in = int(In), out = int(Out), kernel = int(Kernel), stride = int(Stride);
    static constexpr int dilation = int(Dilation), before = int(Before), after = int(After);
};

template <Size InChannels, Size OutChannels, Size Groups, Size Mode, class TheRows, class TheColumns>
struct ConvolutionNumbers {
    using Rows = TheRows;
    using Columns = TheColumns;
    static constexpr PaddingMode mode = static_cast<PaddingMode>(Mode);
    static constexpr Size in_channels = InChannels, out_channels = OutChannels, groups = Groups;
    static constexpr Size in_group = InChannels / Groups, out_group = OutChannels / Groups;
    static constexpr Size in_pixels = Size(Rows::in) * Size(Columns::in);
    static constexpr Size out_pixels = Size(Rows::out) * Size(Columns::out);
    static constexpr Size taps = Size(Rows::kernel) * Size(Columns::kernel);
    static constexpr Size terms = in_group * taps;  ///< of an output: the columns of the weight as a matrix
    /// A map of each pixel's channels, for which nothing has to be moved if there is one sample.
    static constexpr bool pointwise = taps == 1 && in_pixels == out_pixels && Rows::stride == 1 &&
                                      Columns::stride == 1 && Rows::before == 0 && Columns::before == 0;
    static_assert(in_pixels < Size(1) << 30 && out_pixels < Size(1) << 30,
                  "strata: a convolution's image has fewer than 2^30 pixels");
};

// As for shape_t, functions of index_sequences make the types, which nvcc then writes as numbers.

constexpr Size number(const WindowAxis& axis, Size i) {
    const Size all[] = {axis.in, axis.out, axis.kernel, axis.stride, axis.dilation, axis.before, axis.after};
    return all[i];
}
constexpr Size number(const ConvolutionGeometry& geometry, Size i) {
    const Size all[] = {geometry.in_channels, geometry.out_channels, geometry.groups, Size(geometry.mode)};
    return all[i];
}
template <auto Of, Size I>
inline constexpr Size number_of = number(Of, I);

template <Size... N>
AxisNumbers<N...> axis_of(std::index_sequence<N...>);
template <WindowAxis A, Size... I>
auto make_axis(std::index_sequence<I...>) -> decltype(axis_of(std::index_sequence<number_of<A, I>...>{}));
template <Size InChannels, Size OutChannels, Size Groups, Size Mode, class Rows, class Columns>
ConvolutionNumbers<InChannels, OutChannels, Groups, Mode, Rows, Columns>
    convolution_of(std::index_sequence<InChannels, OutChannels, Groups, Mode>, Rows, Columns);

template <ConvolutionGeometry G>
struct NumbersOf {
    using Rows = decltype(make_axis<G.rows>(std::make_index_sequence<7>{}));
    using Columns = decltype(make_axis<G.columns>(std::make_index_sequence<7>{}));
    using Channels = std::index_sequence<number_of<G, 0>, number_of<G, 1>, number_of<G, 2>, number_of<G, 3>>;
    using type = decltype(convolution_of(Channels{}, Rows{}, Columns{}));
};
template <ConvolutionGeometry G>
using numbers_of = typename NumbersOf<G>::type;

/// The input under a position that is counted from the padding's begin; -1 where that is a zero.
template <class Axis, PaddingMode mode>
STRATA_DEVICE inline int source_of(int position) {
    const int i = position - Axis::before;
    if (i >= 0 && i < Axis::in) return i;
    if constexpr (mode == PaddingMode::zeros)
        return -1;
    else if constexpr (mode == PaddingMode::reflect)
        return i < 0 ? -i : 2 * (Axis::in - 1) - i;
    else if constexpr (mode == PaddingMode::replicate)
        return i < 0 ? 0 : Axis::in - 1;
    else
        return i < 0 ? i + Axis::in : i - Axis::in;
}

/// f(position) for each position under which input `i` lies.
template <class Axis, PaddingMode mode, class F>
STRATA_DEVICE inline void for_each_position(int i, const F& f) {
    constexpr int last = Axis::in - 1;
    if constexpr (mode == PaddingMode::replicate) {
        const int begin = i == 0 ? 0 : Axis::before + i;
        const int end = i == last ? Axis::before + last + Axis::after : Axis::before + i;
        for (int position = begin; position <= end; ++position) f(position);
    } else {
        f(Axis::before + i);
        if constexpr (mode == PaddingMode::reflect) {
            if (i >= 1 && i <= Axis::before) f(Axis::before - i);
            if (i < last && last - i <= Axis::after) f(Axis::before + last + (last - i));
        } else if constexpr (mode != PaddingMode::zeros) {
            if (i >= Axis::in - Axis::before) f(Axis::before + i - Axis::in);
            if (i < Axis::after) f(Axis::before + i + Axis::in);
        }
    }
}

/// f(output, tap) for each tap of an output that sees input `i`.
template <class Axis, PaddingMode mode, class F>
STRATA_DEVICE inline void for_each_use(int i, const F& f) {
    for_each_position<Axis, mode>(i, [&](int position) {
        for (int tap = 0; tap < Axis::kernel; ++tap) {
            const int first = position - tap * Axis::dilation;
            if (first < 0) return;
            const int output = first / Axis::stride;
            if (output < Axis::out && output * Axis::stride == first) f(output, tap);
        }
    });
}

}  // namespace strata::cuda::detail
