#pragma once
// Everything that follows from the type of a network: its leaf layers, their names, the graph with all
// shapes, the parameter table, the activation plans, and the refusal if the layers do not fit together.

#include <strata/core/plan.hpp>

namespace strata {

namespace detail {

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
    for (Size i = 0; i < Count; ++i)
        if (table.rows[i].kind == ParameterKind::learnt) table.count += place(table.rows[i]);
    table.learnt_elements = table.elements;
    for (Size i = 0; i < Count; ++i)
        if (table.rows[i].kind != ParameterKind::learnt) place(table.rows[i]);
    return table;
}

template <class... Leaves>
constexpr Size count_parameters(TypeList<Leaves...>) {
    return (Size(0) + ... + parameter_count_of<Leaves>);
}

/// The index of the first type that is no layer, or the number of all.
template <class... Leaves>
constexpr Size first_that_is_no_layer(TypeList<Leaves...>) {
    Size index = 0;
    (void)((LeafLayer<Leaves> && (++index, true)) && ...);
    return index;
}

/// The index of the first layer with wrong arguments, or the number of all.
template <class... Leaves>
constexpr Size first_with_wrong_arguments(TypeList<Leaves...>) {
    Size index = 0;
    (void)((wrong_arguments_of<Leaves>() == nullptr && (++index, true)) && ...);
    return index;
}

// The graph
// ---------------------------------------------------------------------------------------------

/// Runs the network in the compiler; a second time if shapes were found behind the place that needed them.
template <class Net>
constexpr void run_trace(Trace& trace, Wires& out) {
    constexpr Size inputs = input_count_of<Net>();
    constexpr Size count = inputs == no_index ? 1 : inputs;
    Dims dims[max_inputs];
    bool known[max_inputs] = {};
    if constexpr (requires { typename Net::input_shapes; }) Net::input_shapes::tell(dims, known);
    for (Size pass = 0; pass < 2; ++pass) {
        trace.restart();
        Wires in;
        for (Size k = 0; k < count; ++k) in.id[in.count++] = trace.add_input(dims[k], known[k]);
        out = trace_layer<Net>(trace, {}, in);
        bool all_known = true;
        for (Size k = 0; k < count; ++k) {
            all_known = all_known && trace.values[k].known;
            dims[k] = trace.values[k].dims;
            known[k] = trace.values[k].known;
        }
        if (trace.complete || !all_known || trace.failed()) return;
    }
}

/// Which nodes the outputs depend on.
constexpr Size find_needed(const Trace& trace, const Wires& out, Growing<Size>& index) {
    for (Size i = 0; i < trace.nodes.size(); ++i) index.add() = no_index;
    for (Size o = 0; o < out.count; ++o)
        if (out.id[o] >= trace.inputs) index[out.id[o] - trace.inputs] = 0;
    for (Size i = trace.nodes.size(); i-- > 0;)
        for (Size k = 0; index[i] != no_index && k < trace.nodes[i].input_count; ++k)
            if (trace.nodes[i].inputs[k] >= trace.inputs) index[trace.nodes[i].inputs[k] - trace.inputs] = 0;
    Size count = 0;
    for (Size i = 0; i < trace.nodes.size(); ++i)
        if (index[i] != no_index) index[i] = count++;
    return count;
}

struct GraphSize {
    Size nodes = 0, inputs = 1;
};
template <class Net>
constexpr GraphSize measure_graph() {
    Trace trace;
    Wires out;
    run_trace<Net>(trace, out);
    Growing<Size> index;
    if (trace.failed()) return {0, trace.inputs};
    return {find_needed(trace, out, index), trace.inputs};
}

/// Whether only the number of elements of the first input counts, because all that is done with it is
/// flattening.
template <class G>
constexpr bool flattens_its_input(const G& graph) {
    Size value = 0;
    for (Size i = 0; i < G::nodes_count; ++i) {
        bool reads = false;
        for (Size k = 0; k < graph.nodes[i].input_count; ++k)
            reads = reads || graph.nodes[i].inputs[k] == value;
        if (!reads) continue;
        const LayerTraits& traits = graph.nodes[i].rules->traits;
        if (!traits.view || graph.nodes[i].rules->asks_for_input) return false;
        if (!traits.any_shape_in) {
            value = G::inputs + i;
            continue;
        }
        for (Size later = i + 1; later < G::nodes_count; ++later)
            for (Size k = 0; k < graph.nodes[later].input_count; ++k)
                if (graph.nodes[later].inputs[k] == value) return false;
        return true;
    }
    return false;
}

template <class Net, GraphSize size, class... Leaves>
constexpr auto make_graph(TypeList<Leaves...>) {
    Graph<size.nodes, size.inputs> graph;
    Trace trace;
    Wires out;
    run_trace<Net>(trace, out);
    for (Size k = 0; k < size.inputs; ++k) graph.values[k] = trace.values[k];
    graph.refusal = trace.refusal;
    graph.output_count = out.count;
    if (trace.failed()) return graph;
    Growing<Size> index;
    find_needed(trace, out, index);
    const auto renumbered = [&](Size value) {
        return value < size.inputs ? value : size.inputs + index[value - size.inputs];
    };
    bool used[sizeof...(Leaves) + 1] = {};
    for (Size i = 0; i < trace.nodes.size(); ++i) {
        if (index[i] == no_index) continue;
        GraphNode& node = graph.nodes[index[i]];
        node = trace.nodes[i];
        for (Size k = 0; k < node.input_count; ++k) node.inputs[k] = renumbered(node.inputs[k]);
        if (node.leaf != no_index) used[node.leaf] = true;
        graph.values[size.inputs + index[i]] = trace.values[size.inputs + i];
    }
    for (Size o = 0; o < out.count; ++o) graph.outputs[o] = renumbered(out.id[o]);
    graph.any_shape = flattens_its_input(graph);
    graph.input_gradient = requires { Net::wants_input_gradient; };
    Size leaf = 0;
    const auto check_use = [&](const LayerRules& rules) {
        if (graph.fits() && !used[leaf] && rules.parameters > 0)
            graph.refusal = {GraphRefusal::unused, rules.number, leaf, no_index, 0, {}, nullptr, {}};
        ++leaf;
    };
    (check_use(rules_of<Leaves>), ...);
    return graph;
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

template <class G>
struct NeedsGradient {
    bool of[G::values_count + 1] = {};
};
template <class G>
constexpr NeedsGradient<G> find_needs(const G& graph) {
    NeedsGradient<G> needs;
    find_gradients(graph, needs.of);
    return needs;
}

template <class G>
constexpr Size count_multiply_adds(const G& graph) {
    Size total = 0;
    for (Size i = 0; i < G::nodes_count; ++i) {
        const GraphNode& node = graph.nodes[i];
        Operand operands[max_operands];
        for (Size k = 0; k < node.input_count; ++k)
            operands[k] = {graph.values[node.inputs[k]].dims, graph.values[node.inputs[k]].batched};
        total += node.rules->multiply_adds(operands, node.input_count);
    }
    return total;
}

/// The graph of a network, right or wrong.
template <class Net>
struct NetworkGraph {
    using Leaves = leaves_t<Net>;
    static constexpr Size no_layer = first_that_is_no_layer(Leaves{});
    static constexpr Size wrong_arguments = [] {
        if constexpr (no_layer == Leaves::size)
            return first_with_wrong_arguments(Leaves{});
        else
            return Leaves::size;
    }();
    static constexpr bool is_empty = Leaves::size == 0 && (Container<Net> || !Composite<Net>);
    static constexpr bool can_be_traced =
        !is_empty && no_layer == Leaves::size && wrong_arguments == Leaves::size;
    static constexpr GraphSize size = [] {
        if constexpr (can_be_traced)
            return measure_graph<Net>();
        else
            return GraphSize{};
    }();
    static constexpr auto graph = [] {
        if constexpr (can_be_traced) {
            return make_graph<Net, size>(Leaves{});
        } else {
            Graph<0, 1> nothing;
            nothing.refusal.kind = GraphRefusal::does_not_fit;
            return nothing;
        }
    }();
};

template <class Layer>
constexpr Reason find_forward_problem() {
    return &write_static_constexpr_auto_forward__its_layers_in_their_order__then_its_inputs;
}

template <Operand operand>
constexpr auto given_operand() {
    if constexpr (operand.batched)
        return shape_t<operand.dims>{};
    else
        return single_tensor<shape_t<operand.dims>>{};
}

/// The refusal, or its absence, as a type.
template <class Net>
constexpr auto find_problem() {
    using N = NetworkGraph<Net>;
    using Leaves = typename N::Leaves;
    constexpr Size count = Leaves::size;
    if constexpr (N::is_empty) {
        return empty_network_error{};
    } else if constexpr (N::no_layer != count) {
        using Type = type_at_t<N::no_layer, Leaves>;
        return layer_error<decltype(place_of<Net, N::no_layer>()), Type, why_no_layer<Type>()>{};
    } else if constexpr (constexpr Size wrong = N::wrong_arguments; wrong != count) {
        using Layer = type_at_t<wrong, Leaves>;
        return arguments_error<decltype(place_of<Net, wrong>()), Layer, wrong_arguments_of<Layer>()>{};
    } else if constexpr (constexpr GraphRefusal refusal = N::graph.refusal;
                         refusal.kind == GraphRefusal::shape_unknown) {
        return input_error<decltype(place_of<Net, refusal.leaf>()), entered_t<refusal.number>>{};
    } else if constexpr (refusal.kind == GraphRefusal::no_forward) {
        return module_error<decltype(place_of<Net, refusal.leaf, refusal.depth>()), entered_t<refusal.number>,
                            find_forward_problem<entered_t<refusal.number>>()>{};
    } else if constexpr (refusal.kind == GraphRefusal::several_inputs) {
        return module_error<decltype(place_of<Net, refusal.leaf, refusal.depth>()), entered_t<refusal.number>,
                            &it_is_called_with_another_number_of_inputs>{};
    } else if constexpr (refusal.kind == GraphRefusal::unused) {
        return module_error<decltype(place_of<Net, refusal.leaf>()), entered_t<refusal.number>,
                            &forward_does_not_use_it__or_not_for_the_result>{};
    } else if constexpr (refusal.kind == GraphRefusal::differs) {
        return shape_error<decltype(place_of<Net, refusal.leaf>()), entered_t<refusal.number>,
                           is_given<shape_t<refusal.given[1].dims>>,
                           but<&its_parameters_are_shared_with_a_use_on, shape_t<refusal.given[0].dims>>,
                           change_it_or_a_layer_before_it>{};
    } else if constexpr (refusal.kind == GraphRefusal::does_not_fit) {
        using Layer = entered_t<refusal.number>;
        using Where = decltype(place_of<Net, refusal.leaf, refusal.depth>());
        if constexpr (refusal.given_count == 2) {
            return shape_error<Where, Layer,
                               are_given<decltype(given_operand<refusal.given[0]>()),
                                         decltype(given_operand<refusal.given[1]>())>,
                               but<refusal.refusal, shape_t<refusal.expected>>,
                               change_it_or_a_layer_before_it>{};
        } else {
            using Given = shape_t<refusal.given[0].dims>;
            return shape_error<Where, Layer, is_given<Given>, but<refusal.refusal, shape_t<refusal.expected>>,
                               typename RemedyOf<Layer, Given, refusal.refusal>::type>{};
        }
    } else {
        return no_error{};
    }
}

/// The layer of the last node.
template <const auto& graph>
auto last_layer() {
    if constexpr (graph.nodes_count > 0)
        return Type<entered_t<graph.nodes[graph.nodes_count - 1].rules->number>>{};
    else
        return Type<TypeList<>>{};
}

}  // namespace detail

/// The constants of a network. Instantiating it checks the network; a wrong one is refused here, with one
/// sentence.
template <class Net>
struct Network : detail::NetworkGraph<Net> {
    using typename detail::NetworkGraph<Net>::Leaves;
    using detail::NetworkGraph<Net>::graph;
    using G = std::remove_const_t<decltype(detail::NetworkGraph<Net>::graph)>;
    /// Nodes of the graph: layers in the order of execution.
    static constexpr Size layer_count = G::nodes_count;
    static constexpr Size inputs = G::inputs;

    // A member and not a base: clang would go on to complain about the missing base.
    detail::RefuseUnlessFitting<decltype(detail::find_problem<Net>())> refused_here;
    /// False after a refusal; what would only repeat it in other words is then left out.
    static constexpr bool fits = std::is_same_v<decltype(detail::find_problem<Net>()), detail::no_error>;

    /// The layer of a node.
    template <Size I>
    using Layer = detail::entered_t<graph.nodes[I].rules->number>;
    using LastLayer = typename decltype(detail::last_layer<graph>())::type;

    static constexpr Size parameter_tensors = detail::count_parameters(Leaves{});
    static constexpr detail::ParameterTable<parameter_tensors> parameters =
        detail::make_parameter_table<Net, parameter_tensors>(graph);
    static constexpr auto first_rows =
        detail::find_first_rows<Leaves::size>(parameters.rows, parameter_tensors);
    static constexpr Size edges = detail::edge_begin(graph, layer_count);
    static constexpr auto training_plan = detail::make_plan<detail::TrainingPlan<G, edges>>(graph, true);
    static constexpr auto inference_plan = detail::make_plan<detail::ActivationPlan<G>>(graph, false);
    static constexpr auto needs_gradient = detail::find_needs(graph);

    static constexpr Size output = graph.outputs[0];
    static constexpr Size outputs = graph.output_count;
    template <Size K>
    using InputShapeOf = shape_t<graph.values[K].dims>;
    using InputShape = InputShapeOf<0>;
    template <Size O>
    using OutputShapeOf = shape_t<graph.values[graph.outputs[O]].dims>;
    using OutputShape = OutputShapeOf<0>;

    static constexpr Size multiply_adds = detail::count_multiply_adds(graph);
    /// What the values of an output are, for the losses that ask.
    template <Size O>
    static constexpr Values values_of = graph.values[graph.outputs[O]].values;
    static constexpr Values output_values = values_of<0>;

    static constexpr Size find_parameter(const ParameterName& name) {
        for (Size i = 0; i < parameter_tensors; ++i)
            if (parameters.rows[i].name == name) return i;
        return parameter_tensors;
    }
};

}  // namespace strata
