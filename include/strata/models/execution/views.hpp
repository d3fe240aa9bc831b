#pragma once
// The places where everything lies while a network runs: every view that a layer sees is made here, from a
// constant offset of the plan.

#include <strata/models/execution/memory.hpp>

namespace strata::detail {

/// The views of a network's values, gradients and parameters.
template <class Net, class Device_, class T_, Pass pass>
struct Views {
    using N = Network<Net>;
    using Device = Device_;
    using T = T_;
    using Slots = typename SlotsOf<typename N::Leaves>::type;
    using M = Memory<N, Device, T>;
    static constexpr const auto& graph = N::graph;
    static constexpr const auto& plan = [] {
        if constexpr (pass == Pass::training)
            return &N::training_plan;
        else
            return &N::inference_plan;
    }()[0];
    static constexpr Size count = N::layer_count;
    static constexpr bool training = pass == Pass::training;

    template <Size P>
    static constexpr ParameterInfo row = N::parameters.rows[P];
    template <Size V>
    static constexpr Dims value_dims = graph.values[V].dims;

    template <Size V>
    static constexpr Size batch(const M& m) {
        return graph.values[V].batched ? m.batch() : 1;
    }
    template <bool batched, class U>
    static U* at(U* arena, Size offset, const M& m) {
        return batched ? arena + plan.once_elements + offset * m.capacity : arena + offset;
    }

    /// The parameter that value V is, or is a view of.
    template <Size V>
    static constexpr Size parameter_below = [] {
        Size v = V;
        while (graph.nodes[v - N::inputs].input_count > 0) v = graph.nodes[v - N::inputs].inputs[0];
        return v;
    }();

    template <Size V>
    static auto value(const M& m) {
        constexpr bool batched = graph.values[V].batched;
        using S = shape_t<value_dims<V>>;
        if constexpr (V < N::inputs || plan.value[V] == in_the_input) {
            const auto* const data = get<plan.source[V]>(m.inputs.data);
            return BatchView<std::remove_pointer_t<decltype(data + 0)>, Device, S>{data, batch<V>(m)};
        } else if constexpr (plan.value[V] == in_the_parameters) {
            constexpr Size leaf = graph.nodes[parameter_below<V> - N::inputs].leaf;
            return BatchView<const T, Device, S>{m.parameters + row<N::first_rows.of[leaf]>.offset, 1};
        } else {
            using U = std::conditional_t<graph.values[V].indices, std::int64_t, T>;
            T* const data = at<batched>(m.arena, plan.value[V], m);
            return BatchView<U, Device, S>{reinterpret_cast<U*>(data), batch<V>(m)};
        }
    }
    /// What a layer reads.
    template <Size V>
    static auto operand(const M& m) {
        const auto view = value<V>(m);
        using U = std::remove_const_t<typename decltype(view)::value_type>;
        return BatchView<const U, Device, shape_t<value_dims<V>>>{view.data, view.batch};
    }

    template <Size V>
    static auto gradient_at(Size offset, const M& m) {
        constexpr bool batched = graph.values[V].batched;
        return BatchView<T, Device, shape_t<value_dims<V>>>{at<batched>(m.arena, offset, m), batch<V>(m)};
    }
    template <Size V>
    static auto gradient(const M& m) {
        return gradient_at<V>(plan.gradient[V], m);
    }
    /// Where the loss of an output writes its gradient.
    template <Size O>
    static auto gradient_of_loss(const M& m) {
        return gradient_at<graph.outputs[O]>(plan.gradient_of_loss[O], m);
    }

    /// Parameters are read-only; buffers may be written in training.
    template <Size P>
    static auto parameter(const M& m) {
        constexpr bool writable = training && row<P>.kind != ParameterKind::learnt;
        using U = std::conditional_t<writable, T, const T>;
        return TensorView<U, Device, shape_t<row<P>.dims>>{m.parameters + row<P>.offset};
    }
    template <Size P>
    static auto parameter_gradient(const M& m, bool again) {
        return GradientView<T, Device, shape_t<row<P>.dims>>{{m.gradients + row<P>.offset},
                                                             m.accumulate || again};
    }
};

/// What node I of a graph works on. `V` is a Views.
template <class V, Size I>
struct Node {
    using N = typename V::N;
    using M = typename V::M;
    static constexpr const auto& node = V::graph.nodes[I];
    static constexpr LayerTraits traits = node.rules->traits;
    using Layer = typename N::template Layer<I>;
    static constexpr Size inputs = node.input_count;
    /// The value that the node writes, and the one that its operand K is.
    static constexpr Size output = N::inputs + I;
    template <Size K>
    static constexpr Size input = node.inputs[K];

    static constexpr bool is_a_leaf = node.leaf != no_index;
    static constexpr Size first_row = is_a_leaf ? N::first_rows.of[is_a_leaf ? node.leaf : 0] : 0;
    static constexpr Size rows = is_a_leaf ? node.rules->parameters : 0;
    static constexpr Size learnt = is_a_leaf ? node.rules->learnt : 0;
    static constexpr bool joins = node.rules->joins;
    static constexpr bool is_view = traits.view || (!V::training && traits.view_in_eval);

    static auto x(const M& m) { return operand<0>(m); }
    template <Size K>
    static auto operand(const M& m) {
        return V::template operand<node.inputs[K]>(m);
    }
    static auto y(const M& m) { return V::template value<output>(m); }
    /// Others may read it, too, so no layer writes it; only dx may lie on it, where the plan allows that.
    static auto dy(const M& m) {
        const auto view = V::template gradient<output>(m);
        return BatchView<const typename V::T, typename V::Device, shape_t<V::template value_dims<output>>>(
            view);
    }

    // What the backward pass gets of operands and output: their elements, if the layer's traits keep them.
    static auto kept_x(const M& m) { return kept<node.inputs[0], Keeps::input, its_input_x>(m); }
    static auto kept_y(const M& m) { return kept<output, Keeps::output, its_output_y>(m); }
    template <Size K>
    static auto kept_operand(const M& m) {
        return kept<node.inputs[K], Keeps::input, its_operand<K>>(m);
    }

    /// The network's own layer, or a function with its numbers.
    static constexpr decltype(auto) layer(const typename V::Slots& layers) {
        if constexpr (is_a_leaf)
            return get<node.leaf>(layers);
        else
            return function(std::make_index_sequence<node.numbers.count>{});
    }

    /// Calls `call(operands..., saved?, saved_once?)`.
    template <class Call, class... Operands>
    static void with_saved(const M& m, const Call& call, Operands... operands) {
        using T = typename V::T;
        using Device = typename V::Device;
        constexpr Size size = V::training ? node.rules->saved(node.in) : 0;
        constexpr Size once_size = V::training ? node.rules->saved_once(node.in) : 0;
        const auto with_once = [&](auto... more) {
            if constexpr (once_size > 0)
                call(more..., TensorView<T, Device, Shape<once_size>>{m.arena + V::plan.saved_once[I]});
            else
                call(more...);
        };
        if constexpr (size > 0) {
            constexpr bool batched = V::graph.values[output].batched;
            T* const data = V::template at<batched>(m.arena, V::plan.saved[I], m);
            with_once(operands..., BatchView<T, Device, Shape<size>>{data, V::template batch<output>(m)});
        } else {
            with_once(operands...);
        }
    }
    /// Calls `call(parameters..., saved?, saved_once?)` with what the node owns.
    template <class Call>
    static void with_own(const M& m, const Call& call) {
        [&]<Size... P>(std::index_sequence<P...>) {
            with_saved(m, call, V::template parameter<first_row + P>(m)...);
        }
        (std::make_index_sequence<rows>{});
    }

private:
    template <Size value, Keeps what, class Which>
    static auto kept(const M& m) {
        if constexpr (includes(traits.keeps, what)) {
            return V::template operand<value>(m);
        } else {
            using Remedy = std::conditional_t<
                traits.keeps != Keeps::nothing, write_Keeps_both_as_keeps_in_its_traits,
                std::conditional_t<what == Keeps::input, write_Keeps_input_as_keeps_in_its_traits,
                                   write_Keeps_output_as_keeps_in_its_traits>>;
            return shape_only<keeps_error<Layer, Which, Remedy>>(V::template operand<value>(m));
        }
    }
    template <Size... K>
    static constexpr Layer function(std::index_sequence<K...>) {
        return Layer{AnyNumber{node.numbers.of[K]}...};
    }
};

}  // namespace strata::detail
