#pragma once
// The common part of AvgPool1d and AvgPool2d.

#include <strata/layers/shared/pool_arguments.hpp>

namespace strata::detail {

template <Size dimensions, Reason usage, auto... Arguments>
struct AvgPool : PoolBase<dimensions, takes_count_include_pad, usage, Arguments...> {
    using Base = PoolBase<dimensions, takes_count_include_pad, usage, Arguments...>;
    static constexpr bool counts_padding = !Base::arguments.has(takes_count_include_pad);

    static void forward(auto& device, auto x, auto y) {
        device.template average_pool<Base::geometry(decltype(x)::dims), counts_padding>(x, y);
    }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx) {
        device.template average_pool_backward<Base::geometry(decltype(dx)::dims), counts_padding>(dy, dx);
    }
};

}  // namespace strata::detail
