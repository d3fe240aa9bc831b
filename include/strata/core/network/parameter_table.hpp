#pragma once
// The leaf layers of a network, and the table of their parameters: names, shapes, places in the flat buffer.

#include <strata/core/network/names.hpp>

namespace strata::detail {

// Leaves: composites dissolve into the layers they are made of.

template <class Layer>
struct LeavesOf {
    using type = TypeList<Layer>;
};
template <class Layer>
using leaves_t = typename LeavesOf<Layer>::type;

template <class Children>
struct LeavesOfChildren;
template <class... Children>
struct LeavesOfChildren<TypeList<Children...>> {
    static constexpr auto leaves() {
        if constexpr ((Composite<Children> || ...))
            return (TypeList<>{} + ... + leaves_t<Children>{});
        else
            return TypeList<Children...>{};
    }
    using type = decltype(leaves());
};
template <Composite Layer>
struct LeavesOf<Layer> {
    using type = typename LeavesOfChildren<typename Layer::children>::type;
};

/// Calls `visit(integral_constant<I>, leaf)` for each leaf value of a network.
template <Size First = 0, class Layer, class Visit>
constexpr void visit_leaves(Layer& layer, const Visit& visit) {
    if constexpr (Composite<std::remove_const_t<Layer>>) {
        [&]<class... Children, Size... I>(TypeList<Children...>, std::index_sequence<I...>) {
            [[maybe_unused]] constexpr auto starts = [] {
                struct {
                    Size at[sizeof...(Children) + 1];
                } table{};
                [[maybe_unused]] Size next = First, index = 0;
                ((table.at[index++] = next, next += decltype(leaves_t<Children>{})::size), ...);
                return table;
            }();
            (visit_leaves<starts.at[I]>(layer.template child<I>(), visit), ...);
        }(typename Layer::children{}, std::make_index_sequence<Layer::children::size>{});
    } else {
        visit(std::integral_constant<Size, First>{}, layer);
    }
}

template <Size Count>
struct ParameterTable {
    ParameterInfo rows[Count == 0 ? 1 : Count];
    Size elements = 0;  ///< of the flat buffer: what is learnt, then the buffers, padding included
    Size learnt_elements = 0;
    Size count = 0;          ///< numbers that are learnt
    Size too_large = Count;  ///< the first row that ends beyond `max_elements`
};

/// Writes the rows of one leaf's parameters behind those that are there.
template <class Leaf>
constexpr void add_rows(ParameterInfo*& row, Size leaf, const Dims& in) {
    if constexpr (parameter_count_of<Leaf> != 0) {
        const auto list = parameters_of<Leaf>(in);  // nvcc 13 would not keep it alive
        for (const ParameterSpec& spec : list.items) *row++ = {{}, spec.dims, 0, leaf, spec.kind};
    }
}
template <class... Leaves>
constexpr void add_all_rows(TypeList<Leaves...>, [[maybe_unused]] ParameterInfo* row,
                            [[maybe_unused]] const Dims* in) {
    [[maybe_unused]] Size leaf = 0;
    ((add_rows<Leaves>(row, leaf, in[leaf]), ++leaf), ...);
}

template <class Net, Size Count, class G, class Names>
constexpr ParameterTable<Count> make_parameter_table(const G& graph, const Names& names) {
    constexpr Size leaves = leaves_t<Net>::size;
    ParameterTable<Count> table{};
    if (!graph.fits()) return table;
    Dims in[leaves + 1];
    for (Size i = G::nodes_count; i-- > 0;)
        if (graph.nodes[i].leaf != no_index) in[graph.nodes[i].leaf] = graph.nodes[i].in;
    add_all_rows(leaves_t<Net>{}, table.rows, in);
    for (Size i = 0; i != Count; ++i) table.rows[i].name = names[i];
    const auto place = [&](ParameterInfo& row) {
        row.offset = table.elements;
        const Size elements = row.dims.elements();
        const Size blocks = plus(elements, parameter_alignment - 1) / parameter_alignment;
        table.elements = plus(table.elements, blocks * parameter_alignment);
        if (table.too_large == Count && table.elements > max_elements)
            table.too_large = static_cast<Size>(&row - table.rows);
        return elements;
    };
    for (Size i = 0; i != Count; ++i)
        if (table.rows[i].kind == ParameterKind::learnt)
            table.count = plus(table.count, place(table.rows[i]));
    table.learnt_elements = table.elements;
    for (Size i = 0; i != Count; ++i)
        if (table.rows[i].kind != ParameterKind::learnt) place(table.rows[i]);
    return table;
}

template <class... Leaves>
constexpr Size count_parameters(TypeList<Leaves...>) {
    return (Size(0) + ... + parameter_count_of<Leaves>);
}

/// The first row of each layer's parameters.
template <Size Leaves>
struct FirstRows {
    Size of[Leaves + 1] = {};
};
template <Size Leaves>
constexpr FirstRows<Leaves> find_first_rows(const ParameterInfo* rows, Size count) {
    FirstRows<Leaves> first;
    for (Size i = count; i-- > 0;) first.of[rows[i].layer] = i;
    return first;
}

}  // namespace strata::detail
