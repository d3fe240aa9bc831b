#pragma once
// How layers are called while the compiler runs a network: a leaf leaves a node, a composite runs its
// children, a module its forward.

#include <strata/core/diagnostics.hpp>
#include <strata/core/trace.hpp>

namespace strata {

namespace detail {

template <class Layer>
constexpr Size count_leaves();

template <class Layer>
constexpr Wires trace_layer(Trace& trace, Place place, const Wires& in);

/// A layer while the compiler runs `forward`: call it.
template <Size outputs>
struct LayerHandle {
    Trace* trace = nullptr;
    Place place;
    Wires (*run)(Trace&, Place, const Wires&) = nullptr;

    template <class... Values>
    constexpr auto operator()(Value x, Values... more) const {
        const Wires wires = run(*trace, place, Wires{{x.id, more.id...}, 1 + sizeof...(more)});
        if constexpr (outputs == 1) {
            return Value{trace, wires.id[0]};
        } else {
            Outputs<outputs> result{};
            for (Size i = 0; i < outputs; ++i) result.values[i] = {trace, wires.id[i]};
            return result;
        }
    }
    constexpr Wires operator()(const Wires& in) const { return run(*trace, place, in); }
};

/// A parameter of a module's own: in `forward` it is a value, not a layer.
template <class Layer>
concept OwnParameter = requires {
    Layer::is_own_parameter;
};
/// A composite that runs its children itself, as Sequential does: `run(layers, count, wires)`.
template <class Layer>
concept Container = Composite<Layer> && requires(const LayerHandle<1>* layers, Wires wires) {
    Layer::run(layers, Size(), wires);
};

template <class Layer>
constexpr Size output_count_of();
template <class Layer>
constexpr Size input_count_of();

template <class Child>
constexpr auto handle_of(Trace& trace, Place place) {
    if constexpr (OwnParameter<Child>)
        return Value{&trace, trace.add(rules_of<Child>, place.leaf, nullptr, 0, {})};
    else
        return LayerHandle<output_count_of<Child>()>{&trace, place, &trace_layer<Child>};
}
template <class Child>
using handle_t = std::conditional_t<OwnParameter<Child>, Value, LayerHandle<output_count_of<Child>()>>;

/// How many inputs a module's forward takes behind its layers, or `no_index`.
template <class Module, class... Handles>
constexpr Size forward_arity() {
    constexpr Value x{};
    if constexpr (requires(Handles... h) { Module::forward(h..., x); })
        return 1;
    else if constexpr (requires(Handles... h) { Module::forward(h..., x, x); })
        return 2;
    else if constexpr (requires(Handles... h) { Module::forward(h..., x, x, x); })
        return 3;
    else if constexpr (requires(Handles... h) { Module::forward(h..., x, x, x, x); })
        return 4;
    else
        return no_index;
}

/// (A class, because nvcc 13 writes an alias out without its parameter.)
template <Size>
struct ValueFor {
    using type = Value;
};

template <class Result>
struct CountOutputs {
    static constexpr Size value = no_index;
};
template <>
struct CountOutputs<Value> {
    static constexpr Size value = 1;
};
template <Size N>
struct CountOutputs<Outputs<N>> {
    static constexpr Size value = N;
};

/// A module and its children: arities, and the call of its forward.
template <class Module, class Children>
struct ModuleCall;
template <class Module, class... Children>
struct ModuleCall<Module, TypeList<Children...>> {
    static constexpr Size inputs = forward_arity<Module, handle_t<Children>...>();

    template <Size... K>
    static constexpr Size count_outputs(std::index_sequence<K...>) {
        return CountOutputs<decltype(Module::forward(std::declval<handle_t<Children>>()...,
                                                     std::declval<typename ValueFor<K>::type>()...))>::value;
    }
    static constexpr Size outputs = [] {
        if constexpr (inputs == no_index)
            return no_index;
        else
            return count_outputs(std::make_index_sequence<inputs>{});
    }();

    template <Size... K, Size... C>
    static constexpr Wires run(Trace& trace, const Place (&places)[sizeof...(Children) + 1], const Wires& in,
                               std::index_sequence<K...>, std::index_sequence<C...>) {
        const auto result =
            Module::forward(handle_of<Children>(trace, places[C])..., Value{&trace, in.id[K]}...);
        Wires out;
        out.count = outputs;
        if constexpr (outputs == 1)
            out.id[0] = result.id;
        else
            for (Size i = 0; i < outputs; ++i) out.id[i] = result.values[i].id;
        return out;
    }
};

template <class... Children>
constexpr void place_children(TypeList<Children...>, Place place, Place* places) {
    [[maybe_unused]] Size leaf = place.leaf, index = 0;
    ((places[index++] = {leaf, place.depth + 1}, leaf += count_leaves<Children>()), ...);
}

template <class Layer, class... Children>
constexpr Wires trace_composite(TypeList<Children...>, Trace& trace, Place place, const Wires& in) {
    constexpr Size count = sizeof...(Children);
    Place places[count + 1];
    place_children(TypeList<Children...>{}, place, places);
    const Place before = trace.place;
    trace.place = place;
    Wires out;
    if constexpr (Container<Layer>) {
        LayerHandle<1> layers[count + 1];
        Size index = 0;
        ((layers[index] = {&trace, places[index], &trace_layer<Children>}, ++index), ...);
        out = Layer::run(layers, count, in);
    } else {
        using Call = ModuleCall<Layer, TypeList<Children...>>;
        if constexpr (Call::inputs == no_index || Call::outputs == no_index) {
            if (!trace.failed())
                trace.refusal = {
                    GraphRefusal::no_forward, enter<Layer>, place.leaf, place.depth, 0, {}, nullptr, {}};
            out = in;
        } else {
            out = Call::run(trace, places, in, std::make_index_sequence<Call::inputs>{},
                            std::make_index_sequence<count>{});
        }
    }
    trace.place = before;
    return out;
}

template <class Layer>
constexpr Wires trace_layer(Trace& trace, Place place, const Wires& in) {
    if constexpr (Composite<Layer>) {
        constexpr Size inputs = Container<Layer> ? no_index : input_count_of<Layer>();
        if (inputs != no_index && in.count != inputs && !trace.failed())
            trace.refusal = {
                GraphRefusal::several_inputs, enter<Layer>, place.leaf, place.depth, 0, {}, nullptr, {}};
        return trace_composite<Layer>(typename Layer::children{}, trace, place, in);
    } else {
        if (in.count != 1 && !JoinLayer<Layer> && !trace.failed())
            trace.refusal = {
                GraphRefusal::several_inputs, enter<Layer>, place.leaf, place.depth, 0, {}, nullptr, {}};
        Wires out;
        out.id[out.count++] = trace.add(rules_of<Layer>, place.leaf, in.id, in.count, {});
        return out;
    }
}

template <class... Children>
constexpr Size outputs_of_last(TypeList<Children...>) {
    Size count = 1;
    ((count = output_count_of<Children>()), ...);
    return count;
}
template <class First, class... Rest>
constexpr Size inputs_of_first(TypeList<First, Rest...>) {
    return input_count_of<First>();
}
constexpr Size inputs_of_first(TypeList<>) { return 1; }

template <class Layer>
constexpr Size output_count_of() {
    if constexpr (requires { Layer::output_count; })
        return Layer::output_count;
    else if constexpr (Container<Layer>)
        return outputs_of_last(typename Layer::children{});
    else if constexpr (Composite<Layer>)
        return ModuleCall<Layer, typename Layer::children>::outputs;
    else
        return 1;
}
template <class Layer>
constexpr Size input_count_of() {
    if constexpr (Container<Layer>)
        return inputs_of_first(typename Layer::children{});
    else if constexpr (Composite<Layer>)
        return ModuleCall<Layer, typename Layer::children>::inputs;
    else if constexpr (requires { Layer::operand_count; })
        return Layer::operand_count;
    else
        return 1;
}

}  // namespace detail
}  // namespace strata
