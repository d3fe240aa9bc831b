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
#include <strata/core/operations/window.hpp>

namespace strata {

struct OutputSize {
    long long rows = 1, columns = 1;
    friend constexpr bool operator==(const OutputSize&, const OutputSize&) = default;
};
/// One number for both extents, or one for rows and one for columns.
template <auto... E>
inline constexpr OutputSize output_size = detail::rows_and_columns<OutputSize>(E...);

inline constexpr ResizeMode nearest = ResizeMode::nearest;
inline constexpr ResizeMode bilinear = ResizeMode::bilinear;

enum class AlignCorners { on };
inline constexpr AlignCorners align_corners = AlignCorners::on;

inline void write_Upsample_Factor__or_Upsample_output_size_rows_columns__in_front() {}
inline void its_factor_and_its_output_size_must_be_at_least_1() {}
inline void Upsample_has_no_such_option__but_nearest_bilinear_and_align_corners() {}
inline void write_nearest_bilinear_and_align_corners_once() {}
inline void align_corners_goes_with_bilinear() {}
inline void Upsample_takes_channels_rows_and_columns__a_shape_of_rank() {}

namespace detail {

/// What the arguments of an Upsample say.
struct UpsampleArguments {
    long long factor = 0;  ///< 0: `output` is stated
    OutputSize output;
    ResizeMode mode = ResizeMode::nearest;
    bool aligns = false, states_mode = false, is_wrong = false;
    Reason wrong = nullptr;

    constexpr void refuse_as(Reason why) {
        if (!is_wrong) wrong = why;
        is_wrong = true;
    }
    template <class Argument>
    constexpr void take_size(Argument argument) {
        if constexpr (std::is_same_v<Argument, OutputSize>) {
            output = argument;
            if (argument.rows == wrong_count) return refuse_usage();
            if (argument.rows < 1 || argument.columns < 1)
                refuse_as(&its_factor_and_its_output_size_must_be_at_least_1);
        } else if constexpr (std::is_integral_v<Argument> && !std::is_same_v<Argument, bool>) {
            factor = static_cast<long long>(argument);
            if (factor < 1) refuse_as(&its_factor_and_its_output_size_must_be_at_least_1);
        } else {
            refuse_usage();
        }
    }
    template <class Argument>
    constexpr void take_option(Argument argument) {
        if constexpr (std::is_same_v<Argument, ResizeMode>) {
            if (states_mode) refuse_as(&write_nearest_bilinear_and_align_corners_once);
            states_mode = true;
            mode = argument;
        } else if constexpr (std::is_same_v<Argument, AlignCorners>) {
            if (aligns) refuse_as(&write_nearest_bilinear_and_align_corners_once);
            aligns = true;
        } else {
            refuse_as(&Upsample_has_no_such_option__but_nearest_bilinear_and_align_corners);
        }
    }
    constexpr void refuse_usage() {
        refuse_as(&write_Upsample_Factor__or_Upsample_output_size_rows_columns__in_front);
    }
};

template <auto... Arguments>
constexpr UpsampleArguments upsample_arguments() {
    UpsampleArguments all;
    Size position = 0;
    ((position++ == 0 ? all.take_size(Arguments) : all.take_option(Arguments)), ...);
    if (position == 0) all.refuse_usage();
    if (all.aligns && all.mode == ResizeMode::nearest) all.refuse_as(&align_corners_goes_with_bilinear);
    if (!all.is_wrong) return all;
    UpsampleArguments defaults;
    defaults.factor = 1;
    defaults.refuse_as(all.wrong);
    return defaults;
}

}  // namespace detail

template <auto... Arguments>
struct Upsample {
    static constexpr detail::UpsampleArguments arguments = detail::upsample_arguments<Arguments...>();
    static constexpr Reason wrong_arguments = arguments.wrong;

    static constexpr Size resized(Size axis, Size in) {
        return arguments.factor > 0
                   ? in * static_cast<Size>(arguments.factor)
                   : static_cast<Size>(axis == 0 ? arguments.output.rows : arguments.output.columns);
    }
    static constexpr ShapeOutcome output_shape(Dims given) {
        if (given.rank != 3)
            return refuse(&Upsample_takes_channels_rows_and_columns__a_shape_of_rank, dims(3));
        return accept(dims(given.extent[0], resized(0, given.extent[1]), resized(1, given.extent[2])));
    }
    static constexpr ResizeGeometry geometry(Dims given) {
        const auto axis = [given](Size i) {
            return ResizeAxis{static_cast<int>(given.extent[i + 1]),
                              static_cast<int>(resized(i, given.extent[i + 1])),
                              static_cast<int>(arguments.factor), arguments.aligns};
        };
        return {given.extent[0], axis(0), axis(1), arguments.mode};
    }

    static void forward(auto& device, auto x, auto y) {
        device.template resize<geometry(decltype(x)::dims)>(x, y);
    }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx) {
        device.template resize_backward<geometry(decltype(dx)::dims)>(dy, dx);
    }
};

}  // namespace strata
