#pragma once
// The place of a layer in a network, as indices from the outermost composite inwards.

#include <strata/core/network/diagnostics.hpp>

namespace strata::detail {

template <class Layer>
constexpr Size count_leaves();

template <class... Children>
constexpr Size count_leaves(TypeList<Children...>) {
    return (Size(0) + ... + count_leaves<Children>());
}
template <class Layer>
constexpr Size count_leaves() {
    if constexpr (Composite<Layer>)
        return count_leaves(typename Layer::children{});
    else
        return 1;
}

/// Layers, and modules without layers, which have a place, too.
template <class Layer>
constexpr Size count_items();

template <class... Children>
constexpr Size count_items(TypeList<Children...>) {
    const Size count = (Size(0) + ... + count_items<Children>());
    return count > 0 ? count : 1;
}
template <class Layer>
constexpr Size count_items() {
    if constexpr (Composite<Layer>)
        return count_items(typename Layer::children{});
    else
        return 1;
}

struct ChildWith {
    Size child = 0;
    Size at = 0;  ///< index among the leaves, or the items, of that child
};

template <bool items, class... Children>
constexpr ChildWith find_child(TypeList<Children...>, Size at) {
    ChildWith found{0, at};
    for (Size count : {(items ? count_items<Children>() : count_leaves<Children>())...}) {
        if (found.at < count) break;
        found.at -= count;
        ++found.child;
    }
    return found;
}

template <class Layer, Size At, Size Depth, bool items, Size... Place>
constexpr auto find_place() {
    if constexpr (Composite<Layer> && Depth != 0 &&
                  At < (items ? count_items<Layer>() : count_leaves<Layer>())) {
        using Children = typename Layer::children;
        constexpr ChildWith found = find_child<items>(Children{}, At);
        return find_place<type_at_t<found.child, Children>, found.at, Depth - 1, items, Place...,
                          found.child>();
    } else {
        return at_layer<Place...>{};
    }
}

/// The place of a leaf; or that of the item, or of a composite that begins with it, `Depth` composites deep.
template <class Layer, Size At, Size Depth = static_cast<Size>(-1)>
constexpr auto place_of() {
    return find_place<Layer, At, Depth, Depth != static_cast<Size>(-1)>();
}

}  // namespace strata::detail
