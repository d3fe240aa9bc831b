#pragma once
// A list of types and a flat store of values, one base class per index. std::tuple would cost about ten times
// the template instantiations at 32 layers, and compile time is what typed networks die of.

#include <strata/core/config.hpp>
#include <utility>

namespace strata::detail {

template <class... Ts>
struct TypeList {
    static constexpr Size size = sizeof...(Ts);
};

template <class... A, class... B>
constexpr TypeList<A..., B...> operator+(TypeList<A...>, TypeList<B...>) {
    return {};
}

template <Size I, class T>
struct Slot {
    [[no_unique_address]] T value;
};

template <class Indices, class... Ts>
struct SlotBases;
template <Size... I, class... Ts>
struct SlotBases<std::index_sequence<I...>, Ts...> : Slot<I, Ts>... {};

/// The values of a list of types, reached with `get<I>(slots)`.
template <class... Ts>
using Slots = SlotBases<std::make_index_sequence<sizeof...(Ts)>, Ts...>;

template <class List>
struct SlotsOf;
template <class... Ts>
struct SlotsOf<TypeList<Ts...>> {
    using type = Slots<Ts...>;
};

template <Size I, class T>
constexpr T& get(Slot<I, T>& slot) {
    return slot.value;
}
template <Size I, class T>
constexpr const T& get(const Slot<I, T>& slot) {
    return slot.value;
}

template <Size I, class T>
T type_at(const Slot<I, T>&);

template <Size I, class List>
struct TypeAt;
template <Size I, class... Ts>
struct TypeAt<I, TypeList<Ts...>> {
    template <class T>
    struct Tag {
        using type = T;
    };
    using type = typename decltype(type_at<I>(std::declval<Slots<Tag<Ts>...>>()))::type;
};

template <Size I, class List>
using type_at_t = typename TypeAt<I, List>::type;

}  // namespace strata::detail
