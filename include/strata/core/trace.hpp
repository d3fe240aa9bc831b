#pragma once
// How the graph of a network is found: the network is run once in the compiler, on values that know their
// shapes and nothing else. Each layer that is called leaves a node. So a module's `forward` is ordinary code:
// a variable may be used twice, layers may be called in loops, and sizes may be asked for.
//
// A shape that nobody has stated yet is looked for on the way: the first layer that knows its input's shape
// says it, and the network is run again.

#include <strata/core/diagnostics.hpp>
#include <strata/core/graph.hpp>

namespace strata {

namespace detail {

/// An array that grows, for the compiler's own work.
template <class T>
class Growing {
public:
    constexpr Growing() = default;
    Growing(const Growing&) = delete;
    Growing& operator=(const Growing&) = delete;
    constexpr ~Growing() { delete[] data_; }

    constexpr T& operator[](Size i) { return data_[i]; }
    constexpr const T& operator[](Size i) const { return data_[i]; }
    constexpr Size size() const { return size_; }
    constexpr void clear() { size_ = 0; }
    constexpr T& add() {
        if (size_ == room_) grow();
        return data_[size_++] = T{};
    }

private:
    constexpr void grow() {
        room_ = room_ == 0 ? 8 : 2 * room_;
        T* const wider = new T[room_]{};
        for (Size i = 0; i < size_; ++i) wider[i] = data_[i];
        delete[] data_;
        data_ = wider;
    }
    T* data_ = nullptr;
    Size size_ = 0, room_ = 0;
};

class Trace;

/// Where in the network something is called: the next layer, and the number of composites around.
struct Place {
    Size leaf = 0, depth = 0;
};

}  // namespace detail

/// What stands for a batch (or a single tensor) while the compiler runs `forward`. It knows its shape.
struct Value {
    detail::Trace* trace = nullptr;
    Size id = 0;

    /// The extent of a dimension as PyTorch counts them: 0 is the batch, which nobody knows yet, 1 the first
    /// extent of a sample, -1 the last. (A single tensor has no batch: 0 is its first extent.)
    constexpr Size size(int dim) const;
    /// The shape of one sample.
    constexpr Dims shape() const;
};

/// Several of them: what a module with several heads returns, `return Outputs{a, b};`.
template <Size N>
struct Outputs {
    Value values[N];
    template <Size I>
    constexpr Value get() const {
        return values[I];
    }
    constexpr Value operator[](Size i) const { return values[i]; }
};
template <class... Values>
Outputs(Values...) -> Outputs<sizeof...(Values)>;

namespace detail {

/// Values on their way into or out of a layer.
struct Wires {
    Size id[max_operands] = {};
    Size count = 0;
};

class Trace {
public:
    Growing<GraphNode> nodes;
    Growing<GraphValue> values;
    Growing<Size> origin;  ///< the input that a value of unknown shape comes from
    Size inputs = 0;
    GraphRefusal refusal;
    bool complete = true;  ///< no node has seen an unknown shape
    Place place;           ///< of what is called at present

    constexpr bool failed() const { return refusal.kind != GraphRefusal::nothing; }

    constexpr void restart() {
        nodes.clear();
        values.clear();
        origin.clear();
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
    [[gnu::cold]] constexpr Size add(const LayerRules& rules, Size leaf, const Size* in, Size count,
                                     const Numbers& numbers) {
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
        node.leaf_in_front = place.leaf;
        node.depth = place.depth;
        for (Size k = 0; k < count; ++k) node.inputs[k] = in[k];
        Size from = 0;  // the operand that comes from an input, as a parameter does not
        while (from + 1 < count && !values[in[from]].batched) ++from;
        origin.add() = count > 0 ? origin[in[from]] : 0;
        GraphValue& result = values.add();
        result.known = false;
        if (failed()) return written;
        if (count > 0 && rules.takes_indices && in[0] < inputs) values[in[0]].indices = true;
        for (Size k = 0; k < count; ++k)
            if (!values[in[k]].known && !ask(rules, in[k], leaf)) return written;
        fit(node, rules, values[written]);
        return written;
    }

private:
    static constexpr bool same(const GraphNode& node, const LayerRules& rules, const Size* in, Size count,
                               const Numbers& numbers) {
        if (node.leaf != no_index || node.rules->number != rules.number || node.input_count != count)
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
            refusal.number = rules.number;
            refusal.leaf = leaf == no_index ? place.leaf : leaf;
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
        if (outcome.refusal != nullptr) {
            refusal = {GraphRefusal::does_not_fit,
                       rules.number,
                       node.leaf == no_index ? node.leaf_in_front : node.leaf,
                       node.leaf == no_index ? node.depth : no_index,
                       node.input_count < 2 ? node.input_count : 2,
                       {operands[0], operands[outcome.operand]},
                       outcome.refusal,
                       outcome.expected};
            return;
        }
        node.in = operands[0].dims;
        for (Size i = 0; leaf_is_shared(node, i); ++i)
            if (nodes[i].leaf == node.leaf && !rules.same_parameters(nodes[i].in, node.in)) {
                refusal = {GraphRefusal::differs,        rules.number, node.leaf, no_index, 2,
                           {{nodes[i].in}, operands[0]}, nullptr,      {}};
                return;
            }
        node.out = outcome.result.dims;
        result.dims = outcome.result.dims;
        result.batched = outcome.result.batched;
        result.known = true;
        result.values = rules.traits.values != Values::inherited ? rules.traits.values
                        : node.input_count == 0                  ? Values::any
                                                                 : values[node.inputs[0]].values;
    }
};

}  // namespace detail

constexpr Dims Value::shape() const { return trace->values[id].dims; }
constexpr Size Value::size(int dim) const {
    const detail::GraphValue& value = trace->values[id];
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

template <strata::Size N>
struct std::tuple_size<strata::Outputs<N>> : std::integral_constant<std::size_t, N> {};
template <std::size_t I, strata::Size N>
struct std::tuple_element<I, strata::Outputs<N>> {
    using type = strata::Value;
};
