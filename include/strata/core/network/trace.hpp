#pragma once
// The run of a network in the compiler, which finds its graph. It works on values that know their
// shapes and nothing else. Each layer that is called leaves a node. So a module's `forward` is ordinary code:
// a variable may be used twice, layers may be called in loops, and sizes may be asked for.
//
// A shape that nobody has stated yet is looked for on the way: the first layer that knows its input's shape
// says it, and the network is run again.

#include <strata/core/growing.hpp>
#include <strata/core/network/diagnostics.hpp>
#include <strata/core/network/value.hpp>

namespace strata {

namespace detail {

/// Values on their way into or out of a layer.
struct Wires {
    Size id[max_operands] = {};
    Size count = 0;  ///< may be more than there is room for, which the trace refuses

    constexpr void add(Size value) {
        if (count < max_operands) id[count] = value;
        ++count;
    }
};

// Values from here on are no tensors: layers to be called, and the outputs of layers that have several.
inline constexpr Size first_layer_id = Size(1) << 61, first_outputs_id = Size(1) << 62;

/// A layer that can be called.
struct Callable {
    Wires (*run)(Trace&, Place, const Wires&) = nullptr;
    Place place;
};

class Trace {
public:
    Growing<GraphNode> nodes;
    Growing<GraphValue> values;
    Growing<Size> origin;  ///< the input that a value of unknown shape comes from
    Growing<Callable> callables;
    Growing<Wires> several;  ///< outputs of the layers that have more than one
    Size inputs = 0;
    GraphRefusal refusal;
    bool complete = true;       ///< no node has seen an unknown shape
    Place place;                ///< of what is called at present
    TypeMark module = nullptr;  ///< whose forward runs at present

    constexpr bool failed() const { return refusal.kind != GraphRefusal::nothing; }

    /// What is wrong with a layer or module, unless something else has been wrong before.
    [[gnu::cold]] constexpr void refuse(Reason why, TypeMark type, const Place& at,
                                        std::string_view name = {}) {
        if (!failed())
            refusal = {
                GraphRefusal::cannot_run, type, at.item, at.depth, 0, {}, why, {}, name.data(), name.size()};
    }
    /// What is wrong with the forward that runs at present. Something has to be given back even so.
    [[gnu::cold]] constexpr Value refuse(Reason why, std::string_view name = {}) {
        refuse(why, module, place, name);
        return {this, 0};
    }

    constexpr Value add_callable(const Callable& layer) {
        callables.add() = layer;
        return {this, first_layer_id + callables.size() - 1};
    }
    [[gnu::cold]] constexpr Value call(Size layer, const Wires& in) {
        if (layer < first_layer_id || layer >= first_outputs_id)
            return refuse(&it_calls_a_value_as_if_it_were_a_layer_but_layers_are_self_of_their_name);
        const Callable& called = callables[layer - first_layer_id];
        return joined(called.run(*this, called.place, in));
    }
    /// One value, or several as one.
    constexpr Value joined(const Wires& wires) {
        if (wires.count == 1) return {this, wires.id[0]};
        several.add() = wires;
        return {this, first_outputs_id + several.size() - 1};
    }
    /// The values in a value.
    constexpr Wires parted(const Value& value) const {
        if (value.id >= first_outputs_id) return several[value.id - first_outputs_id];
        return {{value.id}, 1};
    }
    /// A tensor's number, whatever a value is.
    constexpr Size tensor(Size id) {
        if (id >= first_outputs_id) {
            refuse(&it_uses_the_outputs_of_a_layer_as_one_so_write_unpack_or_its_number);
            id = several[id - first_outputs_id].id[0];
        } else if (id >= first_layer_id) {
            refuse(&it_uses_a_layer_as_if_it_were_a_value_so_call_the_layer);
            id = 0;
        }
        return id;
    }

    constexpr void restart() {
        nodes.clear();
        values.clear();
        origin.clear();
        callables.clear();
        several.clear();
        inputs = 0;
        complete = true;
    }
    [[gnu::cold]] constexpr Size add_input(Dims dims, bool known) {
        GraphValue& value = values.add();
        value.dims = dims;
        value.known = known;
        origin.add() = inputs;
        return inputs++;
    }

    /// A node; returns the value that it writes.
    [[gnu::cold]] constexpr Size add(const LayerRules& rules, Size leaf, const Size* given, Size count,
                                     const Numbers& numbers) {
        Size in[max_operands] = {};
        for (Size k = 0; k < count; ++k) in[k] = tensor(given[k]);
        const bool keeps_nothing = rules.saved(Dims{}) == 0 && rules.saved(dims(1, 1, 1, 1, 1, 1)) == 0;
        if (leaf == no_index && keeps_nothing)  // else a dropout, each call of which draws anew
            for (Size i = 0; i < nodes.size(); ++i)
                if (same(nodes[i], rules, in, count, numbers)) return inputs + i;
        const Size written = values.size();
        GraphNode& node = nodes.add();
        node.rules = &rules;
        node.leaf = leaf;
        node.input_count = count;
        node.numbers = numbers;
        node.item = place.item;
        node.depth = place.depth;
        for (Size k = 0; k < count; ++k) node.inputs[k] = in[k];
        Size from = 0;  // the operand that comes from an input, as a parameter does not
        while (from + 1 < count && !values[in[from]].batched) ++from;
        origin.add() = count > 0 ? origin[in[from]] : 0;
        GraphValue& result = values.add();
        result.known = false;
        if (failed()) return written;
        for (Size k = 0; k < count; ++k)
            if (!values[in[k]].known && !ask(rules, in[k], leaf)) return written;
        fit(node, rules, values[written]);
        return written;
    }

private:
    static constexpr bool same(const GraphNode& node, const LayerRules& rules, const Size* in, Size count,
                               const Numbers& numbers) {
        if (node.leaf != no_index || !same_address(node.rules->type, rules.type) || node.input_count != count)
            return false;
        for (Size k = 0; k < count; ++k)
            if (node.inputs[k] != in[k]) return false;
        return node.numbers == numbers;
    }

    constexpr bool leaf_is_shared(const GraphNode& node, Size i) const {
        return node.leaf != no_index && node.rules->parameters > 0 && i + 1 < nodes.size();
    }

    /// Asks a layer for the shape of its input. False if it does not know.
    constexpr bool ask(const LayerRules& rules, Size value, Size leaf) {
        const Size input = origin[value];
        if (rules.asks_for_input && !values[input].known) {
            const Dims stated = rules.input_shape();
            if (stated.elements() > 0) {
                values[input].dims = values[value].dims = stated;
                values[input].known = values[value].known = true;
                if (value != input) complete = false;
                return true;
            }
            refusal.kind = GraphRefusal::shape_unknown;
            refusal.type = rules.type;
            refusal.leaf = leaf == no_index ? place.item : leaf;
            refusal.depth = leaf == no_index ? place.depth : no_index;
        }
        complete = false;
        return false;
    }

    [[gnu::cold]] constexpr void fit(GraphNode& node, const LayerRules& rules, GraphValue& result) {
        Operand operands[max_operands];
        for (Size k = 0; k < node.input_count; ++k) {
            const GraphValue& value = values[node.inputs[k]];
            operands[k] = {value.dims, value.batched};
        }
        const JoinOutcome outcome = rules.result(operands, node.input_count, node.numbers);
        if (is_set(outcome.refusal)) {
            refusal = {GraphRefusal::does_not_fit,
                       rules.type,
                       node.leaf == no_index ? node.item : node.leaf,
                       node.leaf == no_index ? node.depth : no_index,
                       node.input_count < 2 ? node.input_count : 2,
                       {operands[0], operands[outcome.operand]},
                       outcome.refusal,
                       outcome.expected,
                       nullptr,
                       0};
            return;
        }
        node.in = operands[0].dims;
        for (Size i = 0; leaf_is_shared(node, i); ++i)
            if (nodes[i].leaf == node.leaf && !rules.same_parameters(nodes[i].in, node.in)) {
                refusal = {GraphRefusal::differs,        rules.type, node.leaf, no_index, 2,
                           {{nodes[i].in}, operands[0]}, nullptr,    {},        nullptr,  0};
                return;
            }
        node.out = outcome.result.dims;
        result.dims = outcome.result.dims;
        result.batched = outcome.result.batched;
        if (node.in.elements() > max_elements || node.out.elements() > max_elements)
            refusal = {GraphRefusal::too_large,
                       rules.type,
                       node.leaf == no_index ? node.item : node.leaf,
                       node.leaf == no_index ? node.depth : no_index,
                       1,
                       {{node.in}},
                       nullptr,
                       {},
                       nullptr,
                       0};
        result.known = true;
        result.kind = rules.traits.kind != OutputKind::inherited ? rules.traits.kind
                      : node.input_count == 0                    ? OutputKind::any
                                                                 : values[node.inputs[0]].kind;
    }
};

}  // namespace detail

template <class... Values>
constexpr Value Value::operator()(Values... x) const {
    detail::Wires in;
    (in.add(Value{x}.id), ...);
    return trace->call(id, in);
}
constexpr Value Value::operator[](Size output) const {
    const detail::Wires all = trace->parted(*this);
    if (all.count < 2 || output >= all.count)
        return trace->refuse(&it_asks_a_value_for_an_output_that_there_is_not);
    return {trace, all.id[output]};
}
template <Size N>
constexpr Outputs<N> unpack(Value x) {
    const detail::Wires all = x.trace->parted(x);
    if (all.count != N) x.trace->refuse(&it_unpacks_another_number_of_outputs_than_there_are);
    Outputs<N> outputs{};
    for (Size i = 0; i != N; ++i) outputs.values[i] = {x.trace, all.count == N ? all.id[i] : 0};
    return outputs;
}

template <class... Extents>
constexpr Value Value::view(Extents...) const {
    return trace->refuse(&it_calls_view_so_write_reshape_with_the_extents_of_a_sample_in_angle_brackets);
}
template <class... Extents>
constexpr Value Value::reshape(Extents...) const {
    return trace->refuse(
        &it_calls_reshape_so_write_its_extents_of_a_sample_in_angle_brackets_before_the_value);
}
constexpr Value Value::refuse_method() const {
    return trace->refuse(&it_calls_a_method_of_a_value_so_write_the_function_of_that_name_as_in_mean_of_x);
}
constexpr Value::operator bool() const {
    trace->refuse(&it_asks_what_numbers_a_value_holds_but_they_are_not_known_when_forward_runs);
    return false;
}
constexpr int operator<=>(Value x, double) { return static_cast<int>(static_cast<bool>(x)); }
constexpr int operator<=>(Value a, Value) { return static_cast<int>(static_cast<bool>(a)); }
constexpr bool operator==(Value x, double) { return static_cast<bool>(x); }
constexpr bool operator==(Value a, Value) { return static_cast<bool>(a); }

constexpr const detail::GraphValue& Value::known() const { return trace->values[trace->tensor(id)]; }
constexpr Dims Value::shape() const { return known().dims; }
constexpr Size Value::size(int dim) const {
    const detail::GraphValue& value = known();
    const int rank = static_cast<int>(value.dims.rank);
    const int axis = dim < 0 ? rank + dim : value.batched ? dim - 1 : dim;
    return axis < 0 || axis >= rank || !value.known ? 0 : value.dims.extent[axis];
}

/// A layer as a function of values: `apply<ReLU>(x)`; relu(x), max_pool2d<2>(x) and so on are that. Equal
/// calls are one node. `apply_with<LeakyReLU>({1, {0.2}}, x)` gives the layer's first members these values.
template <class Layer, class... Operands>
constexpr Value apply_with(const detail::Numbers& numbers, Value x, Operands... more) {
    const Size in[] = {x.id, more.id...};
    return {x.trace,
            x.trace->add(detail::rules_of<Layer>, detail::no_index, in, 1 + sizeof...(more), numbers)};
}
/// The same for as many values as there are in an array, `max_operands` at most.
template <class Layer>
constexpr Value apply_to(const detail::Numbers& numbers, const Value* x, Size count) {
    Size in[max_operands] = {};
    for (Size k = 0; k < count; ++k) in[k] = x[k].id;
    return {x[0].trace, x[0].trace->add(detail::rules_of<Layer>, detail::no_index, in, count, numbers)};
}
template <class Layer, class... Operands>
constexpr Value apply(Value x, Operands... more) {
    return apply_with<Layer>({}, x, more...);
}

}  // namespace strata
