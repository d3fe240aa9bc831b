#pragma once
// The calls of layers while the compiler runs a network: a leaf leaves a node, a composite runs its
// children, a module its forward.

#include <strata/core/network/layer_place.hpp>
#include <strata/core/network/trace.hpp>

namespace strata {

namespace detail {

template <class Layer>
constexpr Size count_leaves();

template <class Layer>
constexpr Wires trace_layer(Trace& trace, Place place, const Wires& in);

/// A layer while the compiler runs the network.
struct LayerHandle {
    Trace* trace = nullptr;
    Place place;
    Wires (*run)(Trace&, Place, const Wires&) = nullptr;

    constexpr Wires operator()(const Wires& in) const { return run(*trace, place, in); }
};

/// A parameter of a module's own: in `forward` it is a value, not a layer.
template <class Layer>
concept OwnParameter = requires {
    Layer::is_own_parameter;
};
/// A composite that runs its children itself, as Sequential does: `run(layers, count, wires)`.
template <class Layer>
concept Container = Composite<Layer> && requires(const LayerHandle* layers, Wires wires) {
    Layer::run(layers, Size(), wires);
};

/// A member of a module while its forward runs.
struct Member {
    std::string_view name{};  ///< or, if it is empty, the number
    Size number = 0;
    Value value;
};

/// What a module's forward gets in front of its inputs: the module, whose layers and parameters it finds by
/// their names. So two layers cannot be exchanged, in whatever order they are listed.
class Self {
public:
    constexpr Self(Trace& trace, const Member* members, Size count)
        : trace_(&trace), members_(members), count_(count) {}

    /// `self["fc1"](x)` calls a layer, `self["scale"]` is a parameter.
    constexpr Value operator[](std::string_view name) const {
        for (Size i = 0; i < count_; ++i)
            if (!members_[i].name.empty() && members_[i].name == name) return members_[i].value;
        return trace_->refuse(&forward_asks_self_for_a_name_that_none_of_its_members_has, name);
    }
    /// A layer without a name, by the number that the names of its parameters begin with.
    constexpr Value operator[](int number) const {
        for (Size i = 0; i < count_; ++i)
            if (members_[i].name.empty() && members_[i].number == static_cast<Size>(number))
                return members_[i].value;
        return trace_->refuse(&forward_asks_self_for_a_name_that_none_of_its_members_has);
    }

    template <class... Values>
    constexpr Value operator()(Values...) const {
        return trace_->refuse(&forward_calls_self_but_that_is_the_module_and_layers_are_self_of_their_name);
    }
    constexpr operator Value() const {
        return trace_->refuse(&forward_uses_self_as_a_value_but_that_is_the_module);
    }

private:
    Trace* trace_;
    const Member* members_;
    Size count_;
};

inline constexpr Size too_many_inputs = no_index - 1;

/// How many inputs a module's forward takes, or `no_index`; it is asked with one input more each time. A module
/// without members gets no `self`. (Without helpers, because what is wrong inside a forward comes out here, and
/// compilers list all the ways to it.)
template <class Module, class... More>
constexpr Size forward_inputs() {
    constexpr Size count = sizeof...(More) < max_inputs ? 1 + sizeof...(More) : too_many_inputs;
    if constexpr (Module::children::size == 0) {
        if constexpr (requires(Value x, More... more) { Module::forward(x, more...); })
            return count;
        else if constexpr (1 + sizeof...(More) < max_operands)
            return forward_inputs<Module, Value, More...>();
        else
            return no_index;
    } else {
        if constexpr (requires(Self self, Value x, More... more) { Module::forward(self, x, more...); })
            return count;
        else if constexpr (1 + sizeof...(More) < max_operands)
            return forward_inputs<Module, Value, More...>();
        else
            return no_index;
    }
}

/// Calls a module's forward.
template <class Module, Size... K>
constexpr auto call_forward(const Self& self, Trace& trace, const Wires& in, std::index_sequence<K...>) {
    if constexpr (Module::children::size == 0)
        return Module::forward(Value{&trace, in.id[K]}...);
    else
        return Module::forward(self, Value{&trace, in.id[K]}...);
}
constexpr Wires wires_of(Trace& trace, const Value& result) { return trace.parted(result); }
template <Size N>
constexpr Wires wires_of(Trace&, const Outputs<N>& results) {
    Wires out;
    for (const Value& value : results.values) out.add(value.id);
    return out;
}

/// The inputs of a module, each run through the Input of the same place, if there is one.
struct StatedInputs {
    Wires wires;
    Size used = 0;

    constexpr void state(const LayerHandle& input) {
        if (used < wires.count && used < max_operands)
            wires.id[used] = input(Wires{{wires.id[used]}, 1}).id[0];
        ++used;
    }
};

/// A module's members and forward. `run_child<Child>` is what calls a layer.
template <class Module, class Tracer, class... Children>
constexpr Wires run_forward(TypeList<Children...>, Tracer& tracer, const Place* places, const Wires& in) {
    constexpr Size inputs = forward_inputs<Module>();
    Trace& trace = tracer.trace;
    if constexpr (inputs == no_index) {
        trace.refuse(
            &write_static_constexpr_auto_forward_of_auto_self_and_auto_x_or_mend_what_the_compiler_has_said_about_it);
        return in;
    } else if constexpr (inputs == too_many_inputs) {
        trace.refuse(&its_forward_takes_more_inputs_than_the_limit_of_4);
        return in;
    } else {
        if (in.count != inputs) {
            trace.refuse(&it_is_called_with_another_number_of_inputs);
            return in;
        }
        Member members[sizeof...(Children) + 1];
        StatedInputs stated{in};
        [[maybe_unused]] Size position = 0, number = 0;
        [[maybe_unused]] const auto add = [&]<class Child>(Type<Child>) {
            Member& member = members[position];
            const Place& place = places[position];
            if constexpr (requires { Module::child_name(Size()); })
                member.name = Module::child_name(position);
            member.number = number;
            if constexpr (OwnParameter<Child>)
                member.value = {&trace, tracer.template parameter<Child>(place)};
            else if (traits_of<Child>().unnamed && member.name.empty())
                stated.state({&trace, place, tracer.template run<Child>()});
            else
                member.value = trace.add_callable({tracer.template run<Child>(), place});
            if (traits_of<Child>().unnamed)
                member.number = no_index;
            else
                ++number;
            ++position;
        };
        (add(Type<Children>{}), ...);
        if (stated.used > inputs) trace.refuse(&more_Inputs_stand_among_its_members_than_forward_has_inputs);
        const Self self(trace, members, sizeof...(Children));
        const auto result =
            call_forward<Module>(self, trace, stated.wires, std::make_index_sequence<inputs>{});
        if constexpr (requires { wires_of(trace, result); }) {
            return wires_of(trace, result);
        } else {
            trace.refuse(
                &write_static_constexpr_auto_forward_of_auto_self_and_auto_x_or_mend_what_the_compiler_has_said_about_it);
            return in;
        }
    }
}

/// How the network's graph is found: calls leave nodes.
struct GraphTracer {
    Trace& trace;

    template <class Child>
    constexpr Size parameter(const Place& place) const {
        return trace.add(rules_of<Child>, place.leaf, nullptr, 0, {});
    }
    template <class Child>
    static constexpr auto run() {
        return &trace_layer<Child>;
    }
};

template <class... Children>
constexpr void place_children(TypeList<Children...>, Place place, Place* places) {
    [[maybe_unused]] Size index = 0;
    ++place.depth;
    ((places[index++] = place, place.leaf += count_leaves<Children>(), place.item += count_items<Children>()),
     ...);
}

template <class Layer, class... Children>
constexpr Wires trace_composite(TypeList<Children...>, Trace& trace, Place place, const Wires& in) {
    constexpr Size count = sizeof...(Children);
    Place places[count + 1];
    place_children(TypeList<Children...>{}, place, places);
    const Place place_before = trace.place;
    const TypeMark module_before = trace.module;
    trace.place = place;
    trace.module = enter<Layer>;
    Wires out;
    if constexpr (Container<Layer>) {
        LayerHandle layers[count + 1];
        Size index = 0;
        ((layers[index] = {&trace, places[index], &trace_layer<Children>}, ++index), ...);
        out = Layer::run(layers, count, in);
    } else {
        GraphTracer tracer{trace};
        out = run_forward<Layer>(TypeList<Children...>{}, tracer, places, in);
    }
    if (out.count > max_operands) {
        trace.refuse(&it_gives_more_outputs_than_the_limit_of_8);
        out.count = max_operands;
    }
    trace.place = place_before;
    trace.module = module_before;
    return out;
}

template <class Layer>
constexpr Wires trace_layer(Trace& trace, Place place, const Wires& in) {
    if (in.count > max_operands)
        trace.refuse(&it_is_called_with_more_values_than_the_limit_of_8, enter<Layer>, place);
    if constexpr (Composite<Layer>) {
        return trace_composite<Layer>(typename Layer::children{}, trace, place, in);
    } else {
        if (in.count != 1 && !JoinLayer<Layer>)
            trace.refuse(&it_is_called_with_another_number_of_inputs, enter<Layer>, place);
        Wires out;
        out.add(trace.add(rules_of<Layer>, place.leaf, in.id,
                          in.count < max_operands ? in.count : max_operands, {}));
        return out;
    }
}

template <class Layer>
constexpr Size input_count_of();
template <class First, class... Rest>
constexpr Size inputs_of_first(TypeList<First, Rest...>) {
    return input_count_of<First>();
}
constexpr Size inputs_of_first(TypeList<>) { return 1; }

/// How many inputs a network takes; 1 of one that is wrong.
template <class Layer>
constexpr Size input_count_of() {
    if constexpr (Container<Layer>) {
        return inputs_of_first(typename Layer::children{});
    } else if constexpr (Composite<Layer>) {
        constexpr Size inputs = forward_inputs<Layer>();
        return inputs <= max_inputs ? inputs : 1;
    } else if constexpr (requires { Layer::operand_count; }) {
        return Layer::operand_count;
    } else {
        return 1;
    }
}

}  // namespace detail
}  // namespace strata
