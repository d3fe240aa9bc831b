#pragma once
// The calls of a network, with its names: every layer, module and function that is called, in order and with what
// is called inside it. Found by running the network's forward once more, at run time and on values that know
// their shapes only.

#include <strata/core/config.hpp>
#include <strata/tools/named_layers.hpp>
#include <tuple>
#include <vector>

namespace strata {

namespace detail {

/// One call. Values are numbered as those of a graph.
struct Call {
    std::string name;   ///< "0.1.fc", what its parameters' names begin with; of a function that of its module
    std::string layer;  ///< "Conv2d<32, 3>"
    bool is_module = false, is_function = false;
    bool is_shared = false;             ///< it has parameters and has been called before
    Size depth = 0;                     ///< in how many modules
    Size parent = no_index;             ///< which call that of the module around it is
    Size leaf = no_index;               ///< which layer of the network, unless it is a module or a function
    Size multiply_adds = 0;             ///< of one sample; of a module 0
    std::vector<Size> inputs, outputs;  ///< values
};

struct CallTree {
    std::vector<Call> calls;  ///< in the order of execution, a module before what it calls
    std::vector<Operand> values;
    std::vector<Size> inputs, outputs;

    std::vector<Operand> operands(const std::vector<Size>& ids) const;
};

/// "[N, 3, 4]"; of a single tensor "[3, 4]".
[[gnu::cold]] std::string text_of_shape(const Operand& operand, const std::string& batch);
[[gnu::cold]] std::string text_of_shapes(const std::vector<Operand>& operands, const std::string& batch);

/// The trace of a run that also writes down who calls. `Place::depth` is the number of a layer here.
class Walk : public Trace {
public:
    std::vector<Call> calls;
    std::vector<Size> node_of;  ///< of each call; none for a module
    std::vector<NamedLayer> layers;
    Size around = no_index;  ///< the call around, at present
    Size seen = 0;           ///< nodes that belong to calls

    /// What has been called since is functions of the module around.
    [[gnu::cold]] void note_functions();
    [[gnu::cold]] Call& note(Size node);
    /// A call that leaves one node, of a layer or of a parameter.
    template <class Run>
    auto run_leaf(const Place& at, const Run& run) {
        note_functions();
        const auto result = run();
        seen = nodes.size();
        note(seen - 1, at).leaf = at.leaf;
        return result;
    }
    template <class Run>
    Wires run_module(const Place& at, const Wires& in, const Run& run) {
        const Size before = around, mine = begin_module(at, in);
        const Wires out = run();
        end_module(mine, before, out);
        return out;
    }

private:
    [[gnu::cold]] Call& note(Size node, const Place& at);
    [[gnu::cold]] Size begin_module(const Place& at, const Wires& in);
    [[gnu::cold]] void end_module(Size mine, Size before, const Wires& out);
};

template <class Layer>
[[gnu::cold]] Wires walk_layer(Trace& trace, Place place, const Wires& in);

template <class... Children>
[[gnu::cold]] void place_layers(TypeList<Children...>, Place place, Place* places) {
    ++place.depth;
    ((*places++ = place, place.leaf += count_leaves<Children>(), place.depth += count_layers<Children>()),
     ...);
}

struct WalkTracer {
    Walk& trace;

    template <class Child>
    [[gnu::cold]] Size parameter(const Place& place) const {
        return trace.run_leaf(place, [&] { return GraphTracer{trace}.parameter<Child>(place); });
    }
    template <class Child>
    static auto run() {
        return &walk_layer<Child>;
    }
};

template <class Layer, class... Children>
[[gnu::cold]] Wires walk_composite(TypeList<Children...> children, Walk& walk, const Place& place,
                                   const Wires& in) {
    constexpr Size count = sizeof...(Children);
    Place places[count + 1];
    place_layers(children, place, places);
    return walk.run_module(place, in, [&] {
        if constexpr (Container<Layer>) {
            Size index = 0;
            const LayerHandle layers[count + 1] = {
                LayerHandle{&walk, places[index++], &walk_layer<Children>}...};
            return Layer::run(layers, count, in);
        } else {
            WalkTracer tracer{walk};
            return run_forward<Layer>(children, tracer, places, in);
        }
    });
}

template <class Layer>
Wires walk_layer(Trace& trace, Place place, const Wires& in) {
    Walk& walk = static_cast<Walk&>(trace);
    if constexpr (Composite<Layer>)
        return walk_composite<Layer>(typename Layer::children{}, walk, place, in);
    else
        return walk.run_leaf(place, [&] { return trace_layer<Layer>(trace, place, in); });
}

/// The layers of a graph's nodes, by their types: what functions are called, since they have no place in
/// the network's type.
struct FunctionName {
    TypeMark type;
    std::string text;
    bool shows_options;  ///< and not codes for its shape rule
};
template <class N>
[[gnu::cold]] std::vector<FunctionName> names_of_functions() {
    const auto one = []<Size I>(std::integral_constant<Size, I>) {
        using Layer = typename WithoutShapes<typename N::template Layer<I>>::type;
        constexpr bool has_codes = requires(const Operand* operands, const Numbers& numbers) {
            Layer::join(operands, Size(), numbers);
        }
        || requires(const Numbers& numbers) { Layer::output_shape(Dims{}, numbers); };
        return FunctionName{N::graph.nodes[I].rules->type, layer_name<Layer>(), !has_codes};
    };
    return [&]<Size... I>(std::index_sequence<I...>) {
        return std::vector<FunctionName>{one(std::integral_constant<Size, I>{})...};
    }
    (std::make_index_sequence<N::layer_count>{});
}
/// `leaky_relu(x, 0.2)` is written down as the layer that it is: "LeakyReLU(0.2)".
[[gnu::cold]] std::string name_of_function(const FunctionName& name, const Numbers& numbers);

/// What one call costs, and what it is called.
template <class N>
[[gnu::cold]] void describe_node(const Walk& walk, const std::vector<FunctionName>& names, Call& call,
                                 const GraphNode& node, std::vector<char>& used) {
    if (call.is_function) {
        call.name = call.parent == no_index ? "" : walk.calls[call.parent].name;
        for (const FunctionName& name : names)
            if (name.type == node.rules->type) call.layer = name_of_function(name, node.numbers);
    } else {
        call.is_shared = used[call.leaf] && node.rules->parameters > 0;
        used[call.leaf] = true;
    }
    Operand operands[max_operands];
    for (Size k = 0; k < node.input_count; ++k) {
        const GraphValue& value = walk.values[node.inputs[k]];
        operands[k] = {value.dims, value.batched};
    }
    call.multiply_adds = node.rules->multiply_adds(operands, node.input_count);
    call.inputs.assign(node.inputs, node.inputs + node.input_count);
}

/// Calls that nothing needs are left out, as they are when the network runs.
template <class Net>
[[gnu::cold]] CallTree make_call_tree() {
    using N = Network<Net>;
    Walk walk;
    walk.layers = list_layers<Net>();
    Wires in;
    for (Size k = 0; k < N::inputs; ++k) in.id[in.count++] = walk.add_input(N::graph.values[k].dims, true);
    const Wires out = walk_layer<Net>(walk, {}, in);
    Growing<Size> needed;
    find_needed(walk, out, needed);

    CallTree tree;
    tree.inputs.assign(in.id, in.id + in.count);
    tree.outputs.assign(out.id, out.id + out.count);
    for (Size v = 0; v < walk.values.size(); ++v)
        tree.values.push_back({walk.values[v].dims, walk.values[v].batched});
    const std::vector<FunctionName> names = names_of_functions<N>();
    std::vector<char> used(N::Leaves::size);  // whether; std::vector<bool> costs more to compile
    std::vector<Size> moved_to;
    for (Size c = 0; c < walk.calls.size(); ++c) {
        Call& call = walk.calls[c];
        const Size node = walk.node_of[c];
        moved_to.push_back(tree.calls.size());
        if (node != no_index) {
            if (needed[node] == no_index) continue;
            describe_node<N>(walk, names, call, walk.nodes[node], used);
            call.outputs.assign(1, N::inputs + node);
        }
        if (call.parent != no_index) call.parent = moved_to[call.parent];
        tree.calls.emplace_back() = call;
    }
    return tree;
}

}  // namespace detail
}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION std::vector<Operand> CallTree::operands(const std::vector<Size>& ids) const {
    std::vector<Operand> result;
    for (const Size id : ids) result.push_back(values[id]);
    return result;
}

STRATA_FUNCTION std::string text_of_shape(const Operand& operand, const std::string& batch) {
    std::string text = operand.batched ? batch : "";
    for (Size i = 0; i < operand.dims.rank; ++i)
        text += (text.empty() ? "" : ", ") + std::to_string(operand.dims.extent[i]);
    return message("[", text, "]");
}

STRATA_FUNCTION std::string text_of_shapes(const std::vector<Operand>& operands, const std::string& batch) {
    std::string text;
    for (const Operand& operand : operands)
        text += (text.empty() ? "" : ", ") + text_of_shape(operand, batch);
    return text;
}

[[gnu::noinline]] STRATA_FUNCTION void Walk::note_functions() {
    for (; seen < nodes.size(); ++seen) note(seen).is_function = true;
}

[[gnu::noinline]] STRATA_FUNCTION Call& Walk::note(Size node) {
    Call& call = calls.emplace_back();
    node_of.push_back(node);
    call.parent = around;
    call.depth = around == no_index ? 0 : calls[around].depth + 1;
    return call;
}

[[gnu::noinline]] STRATA_FUNCTION Call& Walk::note(Size node, const Place& at) {
    Call& call = note(node);
    call.name = layers[at.depth].name;
    call.layer = layers[at.depth].text;
    return call;
}

[[gnu::noinline]] STRATA_FUNCTION Size Walk::begin_module(const Place& at, const Wires& in) {
    note_functions();
    Call& call = note(no_index, at);
    call.is_module = true;
    call.inputs.assign(in.id, in.id + in.count);
    return around = calls.size() - 1;
}

[[gnu::noinline]] STRATA_FUNCTION void Walk::end_module(Size mine, Size before, const Wires& out) {
    note_functions();
    around = before;
    calls[mine].outputs.assign(out.id, out.id + out.count);
}

STRATA_FUNCTION std::string name_of_function(const FunctionName& name, const Numbers& numbers) {
    std::string all;
    for (Size i = 0; i < numbers.count && name.shows_options; ++i)
        all += (i > 0 ? ", " : "") + message(numbers.of[i]);
    return all.empty() ? name.text : message(name.text, "(", all, ")");
}

}  // namespace strata::detail
#endif
