#pragma once
// Images made larger or smaller.
//
//   nearest    y[c, i, j] = x[c, floor(i rows / rows'), floor(j columns / columns')]
//   bilinear   y[c, i, j] = a weighted mean of the four elements around (u, v), with
//              u = (i + 1/2) rows / rows' - 1/2, at least 0, or, with align_corners,
//              u = i (rows - 1) / (rows' - 1); v likewise
//
// Shapes: (C, rows, columns) -> (C, rows', columns'). `Upsample<Factor>` multiplies both extents by a whole
// number, `Upsample<output_size<rows, columns>>` states them.
// Options behind it:
//   nearest or bilinear   nearest
//   align_corners         with bilinear: the corners' elements stay what they are
//
// Source: torch.nn.Upsample. (Factors that are no whole numbers: state the size.)

#include <strata/core/network/diagnostics.hpp>
#include <strata/core/operations/resize.hpp>
#include <strata/layers/shared/window_arguments.hpp>

namespace strata {

struct OutputSize {
    long long rows = 1, columns = 1;
    static constexpr bool counts_as_a_size = true;
    friend constexpr bool operator==(const OutputSize&, const OutputSize&) = default;
};
/// One number for both extents, or one for rows and one for columns.
template <auto... E>
inline constexpr OutputSize output_size = detail::rows_and_columns<OutputSize>(E...);

inline constexpr ResizeMode nearest = ResizeMode::nearest;
inline constexpr ResizeMode bilinear = ResizeMode::bilinear;

enum class AlignCorners { on };
inline constexpr AlignCorners align_corners = AlignCorners::on;

inline void write_Upsample_Factor_or_Upsample_output_size_then_nearest_or_bilinear_and_align_corners() {}
inline void align_corners_goes_with_bilinear() {}
inline void Upsample_takes_channels_rows_and_columns_in_a_shape_of_rank() {}

template <auto... Arguments>
struct Upsample {
    using Taken = LayerArguments<OutputSize, ResizeMode, AlignCorners>;
    static constexpr Taken arguments = [] {
        Taken all{{.least = 1, .most = 1}, Arguments...};
        const OutputSize size = all.option(OutputSize{});
        if (size.rows == detail::wrong_count)
            all.refuse(&its_options_take_one_number_or_one_for_each_dimension);
        if (size.rows < 1 || size.columns < 1) all.refuse(&its_sizes_must_be_at_least_1);
        if (all.has<AlignCorners>() && all.option(nearest) == nearest)
            all.refuse(&align_corners_goes_with_bilinear);
        return all;
    }();
    static constexpr Reason wrong_arguments = arguments.wrong;
    static constexpr Reason usage =
        &write_Upsample_Factor_or_Upsample_output_size_then_nearest_or_bilinear_and_align_corners;
    /// 0: the output's size is stated.
    static constexpr Size factor = arguments.has<OutputSize>() ? 0 : arguments.size(0, 1);
    static constexpr OutputSize output = arguments.option(OutputSize{});

    static constexpr Size resized(Size axis, Size in) {
        if (factor != 0) return in * factor;
        return static_cast<Size>(axis == 0 ? output.rows : output.columns);
    }
    static constexpr ShapeOutcome output_shape(Dims given) {
        if (given.rank != 3)
            return refuse(&Upsample_takes_channels_rows_and_columns_in_a_shape_of_rank, dims(3));
        return accept(dims(given.extent[0], resized(0, given.extent[1]), resized(1, given.extent[2])));
    }
    static constexpr ResizeGeometry geometry(Dims given) {
        const auto axis = [given](Size i) {
            return ResizeAxis{static_cast<int>(given.extent[i + 1]),
                              static_cast<int>(resized(i, given.extent[i + 1])), static_cast<int>(factor),
                              arguments.has<AlignCorners>()};
        };
        return {given.extent[0], axis(0), axis(1), arguments.option(nearest)};
    }

    static void forward(auto& device, auto x, auto y) {
        device.template resize<geometry(decltype(x)::dims)>(x, y);
    }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx) {
        device.template resize_backward<geometry(decltype(dx)::dims)>(dy, dx);
    }
};

}  // namespace strata
