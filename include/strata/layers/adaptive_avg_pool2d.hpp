#pragma once
// y[c, i, j] = the mean of x[c, k, l] over
//   floor(i rows / Rows) <= k < ceil((i + 1) rows / Rows), and l likewise
//
// Shapes: (C, rows, columns) -> (C, Rows, Columns). `AdaptiveAvgPool2d<Rows, Columns>`, or
// `AdaptiveAvgPool2d<Size>` for a square; `AdaptiveAvgPool2d<1>` is the mean of each channel.
//
// Source: torch.nn.AdaptiveAvgPool2d.

#include <strata/core/network/trace.hpp>
#include <strata/layers/shared/adaptive_pool.hpp>

namespace strata {

inline void write_its_sizes_in_angle_brackets_before_the_value_as_in_adaptive_avg_pool2d_2_of_x() {}
template <auto... Sizes>
struct AdaptiveAvgPool2d : detail::AdaptivePool<Sizes...> {
    using Base = detail::AdaptivePool<Sizes...>;

    static void forward(auto& device, auto x, auto y) {
        device.template average_pool<Base::template geometry<decltype(x)::dims>()>(x, y);
    }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx) {
        device.template average_pool_backward<Base::template geometry<decltype(dx)::dims>()>(dy, dx);
    }
};

/// `adaptive_avg_pool2d<1>(x)` in the forward of a module.
template <auto... Sizes>
constexpr Value adaptive_avg_pool2d(Value x) {
    return apply<AdaptiveAvgPool2d<Sizes...>>(x);
}
/// `adaptive_avg_pool2d(x, 2)` leaves a refusal: sizes are constants of the network.
template <class... Sizes>
requires(sizeof...(Sizes) > 0) constexpr Value adaptive_avg_pool2d(Value x, Sizes...) {
    return x.trace->refuse(
        &write_its_sizes_in_angle_brackets_before_the_value_as_in_adaptive_avg_pool2d_2_of_x);
}

}  // namespace strata
