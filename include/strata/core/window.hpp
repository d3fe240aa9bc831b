#pragma once
// A window that moves over an image or a row: what convolutions and pools share. Their sizes and options are
// template arguments: `Conv2d<1, 32, 3, stride<2>, padding<1>>`, `MaxPool2d<3, stride<2>, ceil_mode>`,
// `Conv2d<32, kernel<3, 5>, same_padding>`. An option with one number means it for rows and columns.

#include <strata/core/diagnostics.hpp>

namespace strata {

/// One number, or one for rows and one for columns, as they were written.
struct Extents {
    Size count = 0;
    long long extent[2] = {};

    constexpr long long at(Size axis) const { return extent[count == 1 ? 0 : axis]; }
    friend constexpr bool operator==(const Extents&, const Extents&) = default;
};
struct Kernel : Extents {};
struct Stride : Extents {};
struct Padding : Extents {};
struct OutputPadding : Extents {};
struct Dilation : Extents {};
struct Groups {
    long long count = 1;
};

namespace detail {
/// More than two are counted and not kept: the layer then says so.
template <class Option, class... N>
constexpr Option extents(N... numbers) {
    const long long all[] = {static_cast<long long>(numbers)..., 0, 0};
    Option option;
    option.count = sizeof...(N);
    for (Size i = 0; i < 2; ++i) option.extent[i] = all[i];
    return option;
}
}  // namespace detail

template <auto... E>
inline constexpr Kernel kernel = detail::extents<Kernel>(E...);
template <auto... E>
inline constexpr Stride stride = detail::extents<Stride>(E...);
template <auto... E>
inline constexpr Padding padding = detail::extents<Padding>(E...);
template <auto... E>
inline constexpr OutputPadding output_padding = detail::extents<OutputPadding>(E...);
template <auto... E>
inline constexpr Dilation dilation = detail::extents<Dilation>(E...);
template <auto N>
inline constexpr Groups groups{static_cast<long long>(N)};

enum class SamePadding { same };
/// As much padding as keeps the extents; where it is odd, the larger part comes behind, as in PyTorch.
inline constexpr SamePadding same_padding = SamePadding::same;

enum class CeilMode { on };
/// A window that starts inside the input or its padding in front, and ends beyond, counts too.
inline constexpr CeilMode ceil_mode = CeilMode::on;

enum class CountIncludePad { off };
/// PyTorch's count_include_pad=False: an average divides by the elements that are no padding.
inline constexpr CountIncludePad no_count_include_pad = CountIncludePad::off;

/// What stands outside the input.
enum class PaddingMode { zeros, reflect, replicate, circular };

/// How a window moves along one extent: output o sees the inputs o * stride - before + k * dilation for
/// k < kernel.
struct WindowAxis {
    Size in = 1, out = 1;
    Size kernel = 1, stride = 1, dilation = 1;
    Size before = 0, after = 0;  ///< padding

    constexpr Size reach() const { return dilation * (kernel - 1) + 1; }
    friend constexpr bool operator==(const WindowAxis&, const WindowAxis&) = default;
};

/// A convolution, complete. Weights are (out_channels, in_channels / groups, rows.kernel, columns.kernel).
/// A Conv1d has one row.
struct ConvolutionGeometry {
    Size in_channels = 1, out_channels = 1, groups = 1;
    WindowAxis rows, columns;
    PaddingMode mode = PaddingMode::zeros;

    friend constexpr bool operator==(const ConvolutionGeometry&, const ConvolutionGeometry&) = default;
};

/// A pool, complete. A MaxPool1d has one row.
struct PoolGeometry {
    Size channels = 1;
    WindowAxis rows, columns;

    friend constexpr bool operator==(const PoolGeometry&, const PoolGeometry&) = default;
};

}  // namespace strata
