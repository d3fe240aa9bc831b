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

struct ChildWithLeaf {
    Size child = 0;
    Size leaf = 0;  ///< index among the leaves of that child
};

template <class... Children>
constexpr ChildWithLeaf find_child(TypeList<Children...>, Size leaf) {
    ChildWithLeaf found{0, leaf};
    for (Size leaves : {count_leaves<Children>()...}) {
        if (found.leaf < leaves) break;
        found.leaf -= leaves;
        ++found.child;
    }
    return found;
}

/// The place of a leaf; or that of a composite around it, `Depth` composites deep.
template <class Layer, Size Leaf, Size Depth = static_cast<Size>(-1), Size... Place>
constexpr auto place_of() {
    if constexpr (Composite<Layer> && Depth != 0 && Leaf < count_leaves<Layer>()) {
        using Children = typename Layer::children;
        constexpr ChildWithLeaf found = find_child(Children{}, Leaf);
        return place_of<type_at_t<found.child, Children>, found.leaf, Depth - 1, Place..., found.child>();
    } else {
        return at_layer<Place...>{};
    }
}

}  // namespace strata::detail
