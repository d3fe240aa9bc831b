#pragma once
// The common part of MaxPool1d and MaxPool2d.

#include <strata/layers/shared/pool_arguments.hpp>

namespace strata::detail {

using MaxPoolArguments = LayerArguments<Kernel, Stride, Padding, CeilMode, Dilation>;

template <Size dimensions, auto... Arguments>
struct MaxPool : PoolBase<dimensions, MaxPoolArguments, Arguments...> {
    using Base = PoolBase<dimensions, MaxPoolArguments, Arguments...>;

    static constexpr Size saved(Dims given) { return tap_storage(Base::geometry(given)); }

    static void forward(auto& device, auto x, auto y, auto taps) {
        device.template max_pool<Base::geometry(decltype(x)::dims)>(x, y, taps);
    }
    static void infer(auto& device, auto x, auto y) {
        device.template max_pool<Base::geometry(decltype(x)::dims)>(x, y);
    }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx, auto taps) {
        device.template max_pool_backward<Base::geometry(decltype(dx)::dims)>(dy, taps, dx);
    }
};

}  // namespace strata::detail
