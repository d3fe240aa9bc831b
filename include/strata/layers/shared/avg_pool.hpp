#pragma once
// The common part of AvgPool1d and AvgPool2d.

#include <strata/layers/shared/pool_arguments.hpp>

namespace strata::detail {

using AvgPoolArguments = LayerArguments<Kernel, Stride, Padding, CeilMode, CountIncludePad>;

template <Size dimensions, auto... Arguments>
struct AvgPool : PoolBase<dimensions, AvgPoolArguments, Arguments...> {
    using Base = PoolBase<dimensions, AvgPoolArguments, Arguments...>;
    static constexpr bool counts_padding = !Base::arguments.template has<CountIncludePad>();

    static void forward(auto& device, auto x, auto y) {
        device.template average_pool<Base::geometry(decltype(x)::dims), counts_padding>(x, y);
    }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx) {
        device.template average_pool_backward<Base::geometry(decltype(dx)::dims), counts_padding>(dy, dx);
    }
};

}  // namespace strata::detail
