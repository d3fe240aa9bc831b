#pragma once
// Layers one after the other: `Sequential<Flatten, Linear<784, 10>, LogSoftmax>`. A Sequential is a layer, so
// they nest; their parameters are named as torch.nn.Sequential names them ("0.weight", "2.1.bias").
// Source: torch.nn.Sequential.

#include <strata/core/network/network.hpp>

namespace strata {

template <class... Layers>
class Sequential : detail::Slots<Layers...> {
public:
    using children = detail::TypeList<Layers...>;

    constexpr Sequential() = default;
    /// The layers by value, for those that have options: `Sequential{Linear<784, 10>{}, Dropout{.p = 0.2}}`.
    constexpr explicit(sizeof...(Layers) == 1) Sequential(Layers... layers) requires(sizeof...(Layers) > 0)
        : detail::Slots<Layers...>{{std::move(layers)}...} {}

    template <Size I>
    constexpr auto& child() {
        return detail::get<I>(static_cast<detail::Slots<Layers...>&>(*this));
    }
    template <Size I>
    constexpr const auto& child() const {
        return detail::get<I>(static_cast<const detail::Slots<Layers...>&>(*this));
    }
    /// A network that is called itself is refused.
    template <class... X>
    int operator()(const X&...) const {
        return detail::refuse_call<X...>();
    }
    static constexpr detail::Wires run(const detail::LayerHandle* layers, Size count, detail::Wires x) {
        for (Size i = 0; i < count; ++i) x = layers[i](x);
        return x;
    }
};

}  // namespace strata
