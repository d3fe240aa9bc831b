#pragma once
// The common part of pools: the arguments `MaxPool2d<3, stride<2>, padding<1>, ceil_mode>`, and the shapes that
// follow from them. In one dimension a pool has one row. The layers themselves say what they compute.

#include <strata/core/network/diagnostics.hpp>
#include <strata/core/operations/pool_geometry.hpp>
#include <strata/layers/shared/window_arguments.hpp>

namespace strata {

inline void its_padding_must_be_at_most_half_the_kernel() {}
inline void a_pool_takes_channels_rows_and_columns_in_a_shape_of_rank() {}
inline void a_pool_takes_channels_and_a_length_in_a_shape_of_rank() {}
inline void its_window_takes_extents_of_at_least() {}

template <Size... Extents>
struct Reshape;

namespace detail {

/// The window; its stride is the kernel where none is written.
template <class... Options>
constexpr WindowOptions pool_window(const LayerArguments<Options...>& arguments) {
    WindowOptions window = window_options(arguments);
    window.stride = arguments.option(Stride{window.kernel.rows, window.kernel.columns});
    return window;
}

/// One extent under the windows. As in PyTorch a window counts in ceil_mode even if it is larger than the
/// padded input. `out` is 0 where none fits, or where a dilated one would step over all that there is.
constexpr WindowAxis pool_axis(const WindowOptions& options, Size axis, Size in) {
    WindowAxis window = options.axis(axis, in);
    if (window.out == 0 && in > 0 && options.ceil_mode &&
        in + window.before + window.after + window.stride > window.reach())
        window.out = 1;
    const PoolAxis walk = walk_along(window);
    for (int o = 0; walk.in < walk.dilation && o < walk.out; ++o)
        if (walk.first(o) >= walk.end(o)) window.out = 0;
    return window;
}

/// What a sample has to have in front of its extents: channels.
template <Size dimensions>
constexpr ShapeOutcome refuse_rank() {
    return refuse(dimensions == 2 ? &a_pool_takes_channels_rows_and_columns_in_a_shape_of_rank
                                  : &a_pool_takes_channels_and_a_length_in_a_shape_of_rank,
                  dims(dimensions + 1));
}
/// What would have fitted: one channel.
template <Size dimensions, class Given>
auto find_remedy_of_pool() {
    constexpr Dims given = Given::dims;
    if constexpr (given.rank == 1 && dimensions == 1)
        return put_before_it<Reshape<1, given.last()>>{};
    else if constexpr (given.rank == 2 && dimensions == 2)
        return put_before_it<Reshape<1, given.extent[0], given.last()>>{};
    else
        return change_it_or_a_layer_before_it{};
}

/// The shape rule of pools whose windows move; `Taken` is the LayerArguments with their options.
template <Size dimensions, class Taken, auto... Arguments>
struct PoolBase {
    static constexpr Taken arguments = [] {
        Taken all{{.least = 1, .most = 1}, Arguments...};
        refuse_wrong_window(all, dimensions);
        const WindowOptions asked = pool_window(all);
        for (Size axis = 0; axis < 2; ++axis)
            if (asked.padding.at(axis) > asked.kernel.at(axis) / 2)
                all.refuse(&its_padding_must_be_at_most_half_the_kernel);
        return all;
    }();
    static constexpr WindowOptions window = pool_window(arguments);
    static constexpr Reason wrong_arguments = arguments.wrong;

    static constexpr PoolGeometry geometry(Dims given) {
        return {.channels = given.extent[0],
                .rows = dimensions == 2 ? pool_axis(window, 0, given.extent[1]) : WindowAxis{},
                .columns = pool_axis(window, 1, given.last())};
    }
    static constexpr ShapeOutcome output_shape(Dims given) {
        if (given.rank != dimensions + 1) return refuse_rank<dimensions>();
        const PoolGeometry g = geometry(given);
        const auto shape = [&](Size rows, Size columns) {
            return dimensions == 2 ? dims(given.extent[0], rows, columns) : dims(given.extent[0], columns);
        };
        if (g.rows.out == 0 || g.columns.out == 0)
            return refuse(&its_window_takes_extents_of_at_least, shape(least(g.rows), least(g.columns)));
        return accept(shape(g.rows.out, g.columns.out));
    }
    template <class Given>
    using remedy = decltype(find_remedy_of_pool<dimensions, Given>());

private:
    static constexpr Size least(const WindowAxis& axis) {
        const Size padding = axis.before + axis.after, step = axis.kernel > 1 ? axis.dilation : 1;
        return axis.reach() > padding + step ? axis.reach() - padding : step;
    }
};

}  // namespace detail
}  // namespace strata
