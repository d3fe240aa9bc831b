#pragma once
// The leaf layers of a network, and the table of their parameters: names, shapes, places in the flat buffer.

#include <strata/core/parameter_name.hpp>
#include <strata/core/trace_layers.hpp>

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
    Size count = 0;  ///< numbers that are learnt
};

template <Size Count, Size Leaves>
struct TableState {
    const Dims (&in)[Leaves];  ///< what arrives at each leaf
    ParameterTable<Count> table{};
    Size leaf = 0;
    Size row = 0;
};

template <class Layer, Size Count, Size Leaves>
constexpr void add_rows(TableState<Count, Leaves>& state, const ParameterName& prefix);

template <class Parent, class... Children, Size Count, Size Leaves>
constexpr void add_children(TypeList<Children...>, TableState<Count, Leaves>& state,
                            const ParameterName& prefix) {
    [[maybe_unused]] Size index = 0;
    ((add_rows<Children>(state, Parent::child_name(prefix, index)),
      index += traits_of<Children>().unnamed ? 0 : 1),
     ...);
}

/// The rows of a layer; those of a composite are its children's, with dotted names ("0.weight", "2.1.bias").
template <class Layer, Size Count, Size Leaves>
constexpr void add_rows(TableState<Count, Leaves>& state, const ParameterName& prefix) {
    if constexpr (Composite<Layer>) {
        add_children<Layer>(typename Layer::children{}, state, prefix);
    } else {
        if constexpr (parameter_count_of < Layer >> 0) {
            const auto list = parameters_of<Layer>(state.in[state.leaf]);  // nvcc 13 would not keep it alive
            for (const ParameterSpec& spec : list.items)
                state.table.rows[state.row++] = {prefix.child(spec.name), spec.dims, 0, state.leaf,
                                                 spec.kind};
        }
        ++state.leaf;
    }
}

template <class Net, Size Count, class G>
constexpr ParameterTable<Count> make_parameter_table(const G& graph) {
    constexpr Size leaves = leaves_t<Net>::size;
    Dims in[leaves + 1];
    for (Size i = G::nodes_count; i-- > 0;)
        if (graph.nodes[i].leaf != no_index) in[graph.nodes[i].leaf] = graph.nodes[i].in;
    TableState<Count, leaves + 1> state{in};
    if (!graph.fits()) return state.table;
    add_rows<Net>(state, ParameterName{});
    ParameterTable<Count>& table = state.table;
    const auto place = [&](ParameterInfo& row) {
        row.offset = table.elements;
        const Size elements = row.dims.elements();
        table.elements += (elements + parameter_alignment - 1) / parameter_alignment * parameter_alignment;
        return elements;
    };
    for (Size i = 0; i != Count; ++i)
        if (table.rows[i].kind == ParameterKind::learnt) table.count += place(table.rows[i]);
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
