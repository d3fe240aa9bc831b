#pragma once
// A window that moves over an image or a row: what convolutions and pools share. Their sizes and options are
// template arguments: `Conv2d<1, 32, 3, stride<2>, padding<1>>`, `MaxPool2d<3, stride<2>, ceil_mode>`,
// `Conv2d<32, kernel<3, 5>, same_padding>`. An option with one number means it for rows and columns.

#include <strata/core/shape.hpp>

namespace strata {

// The options as values. Compilers print them in their messages, and so they are two numbers each.

struct Kernel {
    long long rows = 1, columns = 1;
    static constexpr bool counts_as_a_size = true;
    constexpr long long at(Size axis) const { return axis == 0 ? rows : columns; }
    friend constexpr bool operator==(const Kernel&, const Kernel&) = default;
};
struct Stride {
    long long rows = 1, columns = 1;
    constexpr long long at(Size axis) const { return axis == 0 ? rows : columns; }
    friend constexpr bool operator==(const Stride&, const Stride&) = default;
};
struct Padding {
    long long rows = 0, columns = 0;
    constexpr long long at(Size axis) const { return axis == 0 ? rows : columns; }
    friend constexpr bool operator==(const Padding&, const Padding&) = default;
};
struct OutputPadding {
    long long rows = 0, columns = 0;
    constexpr long long at(Size axis) const { return axis == 0 ? rows : columns; }
    friend constexpr bool operator==(const OutputPadding&, const OutputPadding&) = default;
};
struct Dilation {
    long long rows = 1, columns = 1;
    constexpr long long at(Size axis) const { return axis == 0 ? rows : columns; }
    friend constexpr bool operator==(const Dilation&, const Dilation&) = default;
};
struct Groups {
    long long count = 1;
};

namespace detail {
/// Rows and columns of an option that has not one number or two, but none or more.
inline constexpr long long wrong_count = -(1LL << 62);

template <class Option, class... N>
constexpr Option rows_and_columns(N... numbers) {
    const long long all[] = {static_cast<long long>(numbers)..., 0};
    if (sizeof...(N) == 1) return {all[0], all[0]};
    if (sizeof...(N) == 2) return {all[0], all[1]};
    return {wrong_count, wrong_count};
}
}  // namespace detail

template <auto... E>
inline constexpr Kernel kernel = detail::rows_and_columns<Kernel>(E...);
template <auto... E>
inline constexpr Stride stride = detail::rows_and_columns<Stride>(E...);
template <auto... E>
inline constexpr Padding padding = detail::rows_and_columns<Padding>(E...);
template <auto... E>
inline constexpr OutputPadding output_padding = detail::rows_and_columns<OutputPadding>(E...);
template <auto... E>
inline constexpr Dilation dilation = detail::rows_and_columns<Dilation>(E...);
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
