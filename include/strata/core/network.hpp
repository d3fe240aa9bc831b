#pragma once
// Everything that follows from the type of a network: its leaf layers in the order of execution, their names,
// the shapes, the parameter table, the activation plans, and the refusal if the layers do not fit together.

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
            constexpr auto starts = [] {
                struct {
                    Size at[sizeof...(Children) + 1];
                } table{};
                Size next = First;
                Size index = 0;
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
    Size elements = 0;  ///< of the flat buffer, padding included
    Size count = 0;     ///< numbers that are learnt
};

template <Size Count, Size Layers>
struct TableState {
    const ShapeTrace<Layers>& trace;
    ParameterTable<Count> table{};
    Size leaf = 0;
    Size row = 0;
};

template <class Layer, Size Count, Size Layers>
constexpr void add_rows(TableState<Count, Layers>& state, const ParameterName& prefix);

template <class Parent, class... Children, Size Count, Size Layers>
constexpr void add_children(TypeList<Children...>, TableState<Count, Layers>& state,
                            const ParameterName& prefix) {
    Size index = 0;
    ((add_rows<Children>(state, Parent::child_name(prefix, index)),
      index += traits_of<Children>().unnamed ? 0 : 1),
     ...);
}

/// The rows of a layer; those of a composite are its children's, with dotted names ("0.weight", "2.1.bias").
template <class Layer, Size Count, Size Layers>
constexpr void add_rows(TableState<Count, Layers>& state, const ParameterName& prefix) {
    if constexpr (Composite<Layer>) {
        add_children<Layer>(typename Layer::children{}, state, prefix);
    } else {
        if constexpr (parameter_count_of < Layer >> 0) {
            const auto list =
                parameters_of<Layer>(state.trace.layers[state.leaf].in);  // nvcc 13 would not keep it alive
            for (const ParameterSpec& spec : list.items) {
                ParameterTable<Count>& table = state.table;
                const Size elements = spec.dims.elements();
                table.rows[state.row++] = {prefix.child(spec.name), spec.dims, table.elements, state.leaf};
                table.count += elements;
                table.elements +=
                    (elements + parameter_alignment - 1) / parameter_alignment * parameter_alignment;
            }
        }
        ++state.leaf;
    }
}

template <class Net, Size Count, Size Layers>
constexpr ParameterTable<Count> make_parameter_table(const ShapeTrace<Layers>& trace) {
    TableState<Count, Layers> state{trace};
    if (trace.failed == Layers) add_rows<Net>(state, ParameterName{});
    return state.table;
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

/// The first layer that knows its input's shape or depends on what arrives, as `Linear<10>` does.
struct FirstInput {
    Size index = 0;
    bool stated = false;
    bool found = false;
};

template <class Leaf>
constexpr void look_for_first_input(FirstInput& first) {
    if (first.found) return;
    if constexpr (requires { Leaf::input_shape(); }) {
        first.found = true;
        first.stated = Leaf::input_shape().elements() > 0;
    } else {
        ++first.index;
    }
}

template <class... Leaves>
constexpr FirstInput first_input(TypeList<Leaves...>) {
    FirstInput first;
    (look_for_first_input<Leaves>(first), ...);
    if (!first.found) first.index = 0;
    return first;
}

/// The shapes of a network, right or wrong.
template <class Net>
struct NetworkShapes {
    using Leaves = leaves_t<Net>;
    static constexpr Size no_layer = first_that_is_no_layer(Leaves{});
    static constexpr StatedInput stated = stated_input(Leaves{});
    static constexpr ShapeTrace<Leaves::size> trace = [] {
        if constexpr (no_layer == Leaves::size)
            return trace_shapes(Leaves{}, stated.dims);
        else
            return ShapeTrace<Leaves::size>{.failed = no_layer};
    }();
};

/// The refusal, or its absence, as a type.
template <class Net>
constexpr auto find_problem() {
    using Shapes = NetworkShapes<Net>;
    using Leaves = typename Shapes::Leaves;
    constexpr Size count = Leaves::size;
    constexpr Size failed = Shapes::trace.failed;
    if constexpr (count == 0) {
        return empty_network_error{};
    } else if constexpr (Shapes::no_layer != count) {
        using Type = type_at_t<failed, Leaves>;
        return layer_error<decltype(place_of<Net, failed>()), Type, why_no_layer<Type>()>{};
    } else if constexpr (constexpr Size wrong = first_with_wrong_arguments(Leaves{}); wrong != count) {
        using Layer = type_at_t<wrong, Leaves>;
        return arguments_error<decltype(place_of<Net, wrong>()), Layer, wrong_arguments_of<Layer>()>{};
    } else if constexpr (constexpr FirstInput input = first_input(Leaves{}); !input.stated) {
        return input_error<decltype(place_of<Net, input.index>()), type_at_t<input.index, Leaves>>{};
    } else if constexpr (failed != count) {
        using Layer = type_at_t<failed, Leaves>;
        using Given = shape_t<Shapes::trace.layers[failed].in>;
        constexpr ShapeOutcome refusal = Shapes::trace.refusal;
        return shape_error<decltype(place_of<Net, failed>()), Layer, is_given<Given>,
                           but<refusal.refusal, shape_t<refusal.expected>>,
                           typename RemedyOf<Layer, Given, refusal.refusal>::type>{};
    } else {
        return no_error{};
    }
}

template <class Leaves>
struct LastOf {
    using type = type_at_t<Leaves::size - 1, Leaves>;
};
template <>
struct LastOf<TypeList<>> {
    struct type {};
};

}  // namespace detail

/// The constants of a network. Instantiating it checks the network; a wrong one is refused here, with one
/// sentence.
template <class Net>
struct Network : detail::NetworkShapes<Net> {
    using typename detail::NetworkShapes<Net>::Leaves;
    using detail::NetworkShapes<Net>::stated;
    using detail::NetworkShapes<Net>::trace;
    static constexpr Size layer_count = Leaves::size;

    // A member and not a base: clang would go on to complain about the missing base.
    detail::RefuseUnlessFitting<decltype(detail::find_problem<Net>())> refused_here;
    /// False after a refusal; what would only repeat it in other words is then left out.
    static constexpr bool fits = std::is_same_v<decltype(detail::find_problem<Net>()), detail::no_error>;

    static constexpr Size parameter_tensors = detail::count_parameters(Leaves{});
    static constexpr detail::ParameterTable<parameter_tensors> parameters =
        detail::make_parameter_table<Net, parameter_tensors>(trace);
    static constexpr detail::ActivationPlan<layer_count> training_plan =
        detail::plan_activations(trace, true);
    static constexpr detail::ActivationPlan<layer_count> inference_plan =
        detail::plan_activations(trace, false);
    static constexpr Size lowest_gradient = detail::lowest_gradient(trace);

    using InputShape = shape_t<trace.input>;
    using OutputShape = shape_t<trace.output>;
    using LastLayer = typename detail::LastOf<Leaves>::type;

    static constexpr Size multiply_adds = [] {
        Size total = 0;
        for (Size i = 0; i < layer_count; ++i) total += trace.layers[i].multiply_adds;
        return total;
    }();
    /// What the values of the output are, for the losses that ask.
    static constexpr Values output_values = [] {
        for (Size i = layer_count; i-- > 0;)
            if (trace.layers[i].traits.values != Values::inherited) return trace.layers[i].traits.values;
        return Values::any;
    }();

    static constexpr Size find_parameter(const ParameterName& name) {
        for (Size i = 0; i < parameter_tensors; ++i)
            if (parameters.rows[i].name == name) return i;
        return parameter_tensors;
    }
};

}  // namespace strata
