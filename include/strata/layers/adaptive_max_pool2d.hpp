#pragma once
// y[c, i, j] = the largest x[c, k, l] with
//   floor(i rows / Rows) <= k < ceil((i + 1) rows / Rows), and l likewise
//
// Shapes: (C, rows, columns) -> (C, Rows, Columns). `AdaptiveMaxPool2d<Rows, Columns>`, or
// `AdaptiveMaxPool2d<Size>` for a square; `AdaptiveMaxPool2d<1>` is the largest element of each channel.
//
// Of equal elements the first one takes the gradient. NaN counts as larger than all numbers.
// Saved: which element of each window is the largest, as in max_pool2d.hpp.
//
// Source: torch.nn.AdaptiveMaxPool2d.

#include <strata/core/network/trace.hpp>
#include <strata/layers/shared/adaptive_pool.hpp>

namespace strata {

inline void write_its_sizes_in_angle_brackets_before_the_value_as_in_adaptive_max_pool2d_2_of_x() {}
template <auto... Sizes>
struct AdaptiveMaxPool2d : detail::AdaptivePool<Sizes...> {
    using Base = detail::AdaptivePool<Sizes...>;

    static constexpr Size saved(Dims given) {
        const Size out_rows = Base::size.extent[0], out_columns = Base::size.extent[1];
        const Size rows = given.extent[1], columns = given.extent[2];
        if (rows % out_rows == 0 && columns % out_columns == 0)
            return tap_storage(PoolGeometry{given.extent[0], Base::even_axis(rows, out_rows),
                                            Base::even_axis(columns, out_columns)});
        return tap_storage(AdaptiveGeometry{given.extent[0], adaptive_axis(rows, out_rows),
                                            adaptive_axis(columns, out_columns)});
    }

    static void forward(auto& device, auto x, auto y, auto taps) {
        device.template max_pool<Base::template geometry<decltype(x)::dims>()>(x, y, taps);
    }
    static void infer(auto& device, auto x, auto y) {
        device.template max_pool<Base::template geometry<decltype(x)::dims>()>(x, y);
    }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx, auto taps) {
        device.template max_pool_backward<Base::template geometry<decltype(dx)::dims>()>(dy, taps, dx);
    }
};

/// `adaptive_max_pool2d<1>(x)` in the forward of a module.
template <auto... Sizes>
constexpr Value adaptive_max_pool2d(Value x) {
    return apply<AdaptiveMaxPool2d<Sizes...>>(x);
}
/// `adaptive_max_pool2d(x, 2)` leaves a refusal: sizes are constants of the network.
template <class... Sizes>
requires(sizeof...(Sizes) > 0) constexpr Value adaptive_max_pool2d(Value x, Sizes...) {
    return x.trace->refuse(
        &write_its_sizes_in_angle_brackets_before_the_value_as_in_adaptive_max_pool2d_2_of_x);
}

}  // namespace strata
