#pragma once
// The graph of a network as a constant: its nodes in the order of execution, each with the values that it
// reads and the one that it writes. Values 0 to inputs - 1 are the network's inputs, and value inputs + i is
// what node i writes.

#include <strata/core/network/diagnostics.hpp>
#include <strata/core/type_mark.hpp>
#include <string_view>

namespace strata {

namespace detail {

inline constexpr Size no_index = static_cast<Size>(-1);

/// Options of a layer that is used as a function, such as the slope of leaky_relu(x, 0.2). Where they decide
/// a shape, as the dim of mean(x, -1) does, the layer's rule takes them behind its other arguments:
/// join(operands, count, numbers), output_shape(given, numbers).
struct Numbers {
    Size count = 0;
    double of[max_rank] = {};
    friend constexpr bool operator==(const Numbers&, const Numbers&) = default;
};

/// A layer's rules as a value, so that one loop serves all layers.
struct LayerRules {
    TypeMark type;  ///< of the layer
    LayerTraits traits;
    JoinOutcome (*result)(const Operand*, Size, const Numbers&);
    bool asks_for_input;
    Dims (*input_shape)();
    Size (*saved)(Dims);
    Size (*saved_once)(Dims);
    Size (*multiply_adds)(const Operand*, Size);
    bool (*passes_gradient)(const Operand*, Size count, Size operand);
    bool (*same_parameters)(Dims, Dims);  ///< for these two inputs
    Size parameters;                      ///< and buffers
    Size learnt;                          ///< parameters without buffers
    bool takes_indices;
    bool joins;  ///< takes several operands, or single tensors
};

/// Kernels see a single tensor as a batch of one; layers that know one batch only keep what it is. (A layer
/// of the network has been asked for its arguments before; a function has not.)
template <class Layer>
[[gnu::cold]] constexpr JoinOutcome result_of(const Operand* operands, Size count, const Numbers& numbers) {
    if constexpr (!FunctionOnly<Layer>)
        if (is_set(wrong_arguments_of<Layer>())) return {{}, wrong_arguments_of<Layer>(), {}};
    if constexpr (requires { Layer::join(operands, count, numbers); }) {
        return Layer::join(operands, count, numbers);
    } else if constexpr (JoinLayer<Layer>) {
        return Layer::join(operands, count);
    } else {
        const auto shape = [&](Dims given) {
            if constexpr (requires { Layer::output_shape(given, numbers); })
                return Layer::output_shape(given, numbers);
            else
                return Layer::output_shape(given);
        };
        const ShapeOutcome outcome = shape(operands[0].dims);
        return {{outcome.dims, operands[0].batched}, outcome.refusal, outcome.expected};
    }
}
template <class Layer>
[[gnu::cold]] constexpr Size multiply_adds_of_operands(const Operand* operands, Size count) {
    if constexpr (requires { Layer::multiply_adds(operands, count); })
        return Layer::multiply_adds(operands, count);
    else
        return count == 0 ? 0 : multiply_adds_of<Layer>(operands[0].dims);
}
template <class Layer>
[[gnu::cold]] constexpr bool passes_gradient_of(const Operand* operands, Size count, Size operand) {
    if constexpr (requires { Layer::passes_gradient(operands, count, operand); })
        return Layer::passes_gradient(operands, count, operand);
    else
        return traits_of<Layer>().view;
}
template <class Layer>
[[gnu::cold]] constexpr bool same_parameters_of(Dims a, Dims b) {
    if constexpr (parameter_count_of<Layer> == 0) {
        return true;
    } else {
        const auto first = parameters_of<Layer>(a), second = parameters_of<Layer>(b);
        for (Size i = 0; i < first.count; ++i)
            if (first.items[i].dims != second.items[i].dims) return false;
        return true;
    }
}
template <class Layer>
inline constexpr Size learnt_count_of = [] {
    if constexpr (parameter_count_of<Layer> == 0) {
        return Size(0);
    } else {
        const auto list = parameters_of<Layer>(Dims{});  // nvcc 13 would not keep it alive
        Size count = 0;
        for (const ParameterSpec& spec : list.items) count += spec.kind == ParameterKind::learnt;
        return count;
    }
}();
/// A layer that states its input's shape, or depends on what arrives.
template <class Layer>
concept AsksForInput = requires {
    Layer::input_shape();
};
template <class Layer>
constexpr Dims input_shape_of() {
    if constexpr (AsksForInput<Layer>)
        return Layer::input_shape();
    else
        return {};
}
template <class Layer>
constexpr bool takes_indices_of() {
    if constexpr (requires { Layer::takes_indices; })
        return Layer::takes_indices;
    else
        return false;
}

template <class Layer>
inline constexpr LayerRules rules_of = {enter<Layer>,
                                        traits_of<Layer>(),
                                        &result_of<Layer>,
                                        AsksForInput<Layer>,
                                        &input_shape_of<Layer>,
                                        &saved_of<Layer>,
                                        &saved_once_of<Layer>,
                                        &multiply_adds_of_operands<Layer>,
                                        &passes_gradient_of<Layer>,
                                        &same_parameters_of<Layer>,
                                        parameter_count_of<Layer>,
                                        learnt_count_of<Layer>,
                                        takes_indices_of<Layer>(),
                                        JoinLayer<Layer>};

struct GraphNode {
    const LayerRules* rules = nullptr;
    Size leaf = no_index;  ///< which layer of the network; none for a function
    Size inputs[max_operands] = {};
    Size input_count = 0;
    Numbers numbers;
    Dims in, out;    ///< of the first operand, and of what it writes
    Size item = 0;   ///< where it stands: the next item (layer_place.hpp),
    Size depth = 0;  ///< and in how many composites
};

struct GraphValue {
    Dims dims;
    bool batched = true;
    bool known = true;     ///< the shape, while it is looked for
    bool indices = false;  ///< whole numbers of type std::int64_t, for a layer that looks up a table
    OutputKind kind = OutputKind::any;

    /// In memory, counted in numbers of a model: an index has room for two.
    constexpr Size elements() const { return dims.elements() * (indices ? 2 : 1); }
};

/// What is wrong with a graph.
struct GraphRefusal {
    enum Kind { nothing, shape_unknown, does_not_fit, cannot_run, unused, differs, too_large, no_indices };
    Kind kind = nothing;
    TypeMark type = nullptr;          ///< what refuses
    Size leaf = 0, depth = no_index;  ///< a layer; or an item, so many composites deep
    Size given_count = 0;
    Operand given[2];
    Reason refusal = nullptr;
    Dims expected;
    const char* name = nullptr;  ///< that the refusal is about
    Size name_size = 0;
};

template <Size Nodes, Size Inputs>
struct Graph {
    static constexpr Size nodes_count = Nodes, inputs = Inputs, values_count = Nodes + Inputs;
    GraphNode nodes[Nodes == 0 ? 1 : Nodes];
    GraphValue values[Nodes + Inputs + 1];
    Size outputs[max_operands] = {};
    Size output_count = 0;
    bool any_shape = false;       ///< of the first input only the number of elements counts
    bool input_gradient = false;  ///< the gradient of input 0 is wanted too
    GraphRefusal refusal;

    constexpr bool fits() const { return refusal.kind == GraphRefusal::nothing; }
};

}  // namespace detail
}  // namespace strata
