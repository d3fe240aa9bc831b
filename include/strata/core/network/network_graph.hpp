#pragma once
// From the type of a network to its graph: the network is run, what its outputs do not depend on is left out,
// and the rest becomes a constant.

#include <strata/core/network/parameter_table.hpp>
#include <strata/core/network/plan.hpp>

namespace strata::detail {

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
    (void)((!is_set(wrong_arguments_of<Leaves>()) && (++index, true)) && ...);
    return index;
}

// The graph
// ---------------------------------------------------------------------------------------------

/// Runs the network in the compiler; a second time if shapes were found behind the place that needed them.
template <class Net>
constexpr void run_trace(Trace& trace, Wires& out) {
    constexpr Size count = input_count_of<Net>();
    Dims dims[max_inputs];
    bool known[max_inputs] = {};
    if constexpr (requires { typename Net::input_shapes; }) Net::input_shapes::tell(dims, known);
    for (Size pass = 0; pass < 2; ++pass) {
        trace.restart();
        Wires in;
        for (Size k = 0; k < count; ++k) in.add(trace.add_input(dims[k], known[k]));
        out = trace_layer<Net>(trace, {}, in);
        bool all_known = true;
        for (Size k = 0; k < count; ++k) {
            all_known = all_known && trace.values[k].known;
            dims[k] = trace.values[k].dims;
            known[k] = trace.values[k].known;
        }
        if (!all_known && !trace.failed())
            trace.refusal = {GraphRefusal::shape_unknown, enter<Net>, 0, 0, 0, {}, nullptr, {}, nullptr, 0};
        if (trace.complete || trace.failed()) return;
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

/// The size of the graph as a type; void if the network cannot be run in the compiler, because a module's
/// forward is no constant expression.
template <GraphSize size>
struct Measured {
    static constexpr GraphSize value = size;
};
template <class Net>
auto measure(int) -> Measured<measure_graph<Net>()>;
template <class Net>
void measure(long);
template <class Net>
inline constexpr bool can_be_run = !std::is_void_v<decltype(measure<Net>(0))>;

/// The innermost module that cannot be run, found among the children of one that cannot.
struct Unrunnable {
    TypeMark module = nullptr;
    Size leaf = 0, depth = 0;
};
template <class Layer>
constexpr void find_unrunnable(Unrunnable& found, Place place);
template <class... Children>
constexpr void find_unrunnable_of(TypeList<Children...>, Unrunnable& found, Place place) {
    ++place.depth;
    ((find_unrunnable<Children>(found, place), place.item += count_items<Children>()), ...);
}
template <class Layer>
constexpr void find_unrunnable(Unrunnable& found, Place place) {
    if constexpr (Composite<Layer>) {
        if constexpr (!can_be_run<Layer>) {
            find_unrunnable_of(typename Layer::children{}, found, place);
            if (same_address<TypeMark>(found.module, nullptr))
                found = {enter<Layer>, place.item, place.depth};
        }
    }
}

/// Whether only the number of elements of the first input counts, because all that is done with it is
/// flattening.
template <class G>
constexpr bool flattens_its_input(const G& graph) {
    Size value = 0;
    for (Size i = 0; i != G::nodes_count; ++i) {
        bool reads = false;
        for (Size k = 0; k < graph.nodes[i].input_count; ++k)
            reads = reads || graph.nodes[i].inputs[k] == value;
        if (!reads) continue;
        const LayerTraits& traits = graph.nodes[i].rules->traits;
        if (!traits.view) return false;
        if (!traits.any_shape_in) {
            if (graph.nodes[i].rules->asks_for_input) return false;
            value = G::inputs + i;
            continue;
        }
        for (Size later = i + 1; later != G::nodes_count; ++later)
            for (Size k = 0; k < graph.nodes[later].input_count; ++k)
                if (graph.nodes[later].inputs[k] == value) return false;
        return true;
    }
    return false;
}

/// Which values are indices: what a layer looks up in a table, and what that is made of by layers that move
/// values, back to the network's inputs. Whatever computes takes numbers, and so does who asks for the
/// network's outputs; a value that both sides want is refused.
template <class G>
constexpr void find_indices(G& graph) {
    bool is_number[G::values_count + 1] = {};
    const auto refuse = [&](Size node, Reason why) {
        const GraphNode& at = graph.nodes[node];
        const bool function = at.leaf == no_index;
        if (graph.fits())
            graph.refusal = {GraphRefusal::no_indices,
                             at.rules->type,
                             function ? at.item : at.leaf,
                             function ? at.depth : no_index,
                             0,
                             {},
                             why,
                             {},
                             nullptr,
                             0};
    };
    for (Size o = 0; o < graph.output_count; ++o) is_number[graph.outputs[o]] = true;
    for (Size i = G::nodes_count; i-- > 0;) {  // who reads a value comes before who writes it
        const GraphNode& node = graph.nodes[i];
        const Size out = G::inputs + i;
        const bool moves = node.rules->traits.view || node.rules->traits.moves;
        if (graph.values[out].indices && !moves) refuse(i, &its_result_is_computed_and_taken_for_indices);
        for (Size k = 0; k < node.input_count; ++k) {
            const bool indices = k == 0 && node.rules->takes_indices;
            if (indices || (moves && graph.values[out].indices)) graph.values[node.inputs[k]].indices = true;
            if (!indices && (!moves || is_number[out])) is_number[node.inputs[k]] = true;
            if (graph.values[node.inputs[k]].indices && is_number[node.inputs[k]])
                refuse(i, &its_input_is_taken_for_indices_and_for_numbers);
        }
    }
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
    find_indices(graph);
    graph.any_shape = flattens_its_input(graph);
    graph.input_gradient = requires { Net::wants_input_gradient; };
    Size leaf = 0;
    [[maybe_unused]] const auto check_use = [&](const LayerRules& rules) {
        if (graph.fits() && !used[leaf] && rules.parameters > 0)
            graph.refusal = {
                GraphRefusal::unused, rules.type, leaf, no_index, 0, {}, nullptr, {}, nullptr, 0};
        ++leaf;
    };
    (check_use(rules_of<Leaves>), ...);
    return graph;
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
    for (Size i = 0; i != G::nodes_count; ++i) {
        const GraphNode& node = graph.nodes[i];
        Operand operands[max_operands];
        for (Size k = 0; k < node.input_count; ++k)
            operands[k] = {graph.values[node.inputs[k]].dims, graph.values[node.inputs[k]].batched};
        total = plus(total, node.rules->multiply_adds(operands, node.input_count));
    }
    return total;
}

/// The graph of a network, right or wrong.
template <class Net>
struct NetworkGraph {
    using Leaves = leaves_t<Net>;
    /// (First of all, so that the way to what a compiler says about a forward is short.)
    static constexpr auto forward_inputs = input_count_of<Net>();
    static constexpr Size no_layer = first_that_is_no_layer(Leaves{});
    static constexpr Size wrong_arguments = [] {
        if constexpr (no_layer == Leaves::size)
            return first_with_wrong_arguments(Leaves{});
        else
            return Leaves::size;
    }();
    static constexpr NameProblem name_problem = [] {
        NameProblem problem;
        find_name_problem<Net>(problem, {});
        return problem;
    }();
    static constexpr bool is_empty = Leaves::size == 0 && (Container<Net> || !Composite<Net>);
    static constexpr bool can_be_traced = !is_empty && no_layer == Leaves::size &&
                                          wrong_arguments == Leaves::size && !is_set(name_problem.reason);
    static constexpr auto graph = [] {
        if constexpr (!can_be_traced) {
            Graph<0, 1> nothing;
            nothing.refusal.kind = GraphRefusal::does_not_fit;
            return nothing;
        } else if constexpr (!can_be_run<Net>) {
            Graph<0, 1> nothing;
            Unrunnable found;
            find_unrunnable<Net>(found, {});
            constexpr Reason why =
                &its_forward_is_no_constant_expression_so_write_constexpr_and_call_constexpr_functions_only;
            nothing.refusal = {
                GraphRefusal::cannot_run, found.module, found.leaf, found.depth, 0, {}, why, {}, nullptr, 0};
            return nothing;
        } else {
            return make_graph<Net, decltype(measure<Net>(0))::value>(Leaves{});
        }
    }();
};

}  // namespace strata::detail
