#pragma once
// The kernels that a network's graph stands for: forward in the order of its nodes, backward in reverse.
// Every view that a layer sees is made here, from a constant offset of the plan.

// Length: all of it names the constants of one graph and one plan.

#include <strata/models/memory.hpp>

namespace strata::detail {

template <class Net, class Device, class T, Pass pass>
struct Execution {
    using N = Network<Net>;
    using Leaves = typename N::Leaves;
    using Slots = typename SlotsOf<Leaves>::type;
    using M = Memory<Device, T>;
    static constexpr const auto& graph = N::graph;
    static constexpr const auto& plan = [] {
        if constexpr (pass == Pass::training)
            return &N::training_plan;
        else
            return &N::inference_plan;
    }()[0];
    static constexpr Size count = N::layer_count;
    static constexpr bool training = pass == Pass::training;

    template <Size I>
    static constexpr GraphNode node = graph.nodes[I];
    template <Size I>
    static constexpr LayerTraits traits = graph.nodes[I].rules->traits;
    template <Size I>
    using Layer = typename N::template Layer<I>;
    template <Size P>
    static constexpr ParameterInfo row = N::parameters.rows[P];
    template <Size V>
    static constexpr Dims value_dims = graph.values[V].dims;
    /// The value that node I writes, and the one that its operand K is.
    template <Size I>
    static constexpr Size output = N::inputs + I;
    template <Size I, Size K = 0>
    static constexpr Size input = graph.nodes[I].inputs[K];

    // Views

    template <Size V>
    static constexpr Size batch(const M& m) {
        return graph.values[V].batched ? m.batch : 1;
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
        using U = std::conditional_t<graph.values[V].indices, std::int64_t, T>;
        if constexpr (V < N::inputs || plan.value[V] == in_the_input) {
            return BatchView<const U, Device, S>{static_cast<const U*>(m.inputs[plan.source[V]]),
                                                 batch<V>(m)};
        } else if constexpr (plan.value[V] == in_the_parameters) {
            constexpr Size leaf = graph.nodes[parameter_below<V> - N::inputs].leaf;
            return BatchView<const T, Device, S>{m.parameters + row<N::first_rows.of[leaf]>.offset, 1};
        } else {
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
    /// What the backward pass of node I gets in place of value V, its input or its output: its elements, if
    /// the layer's traits keep them.
    template <Size I, Size V, Keeps what, class Which>
    static auto kept(const M& m) {
        constexpr Keeps all = traits<I>.keeps;
        if constexpr (includes(all, what)) {
            return operand<V>(m);
        } else {
            using Remedy = std::conditional_t<
                all != Keeps::nothing, write_Keeps_both_as_keeps_in_its_traits,
                std::conditional_t<what == Keeps::input, write_Keeps_input_as_keeps_in_its_traits,
                                   write_Keeps_output_as_keeps_in_its_traits>>;
            return shape_only<keeps_error<Layer<I>, Which, Remedy>>(operand<V>(m));
        }
    }
    template <Size I>
    static auto kept_input(const M& m) {
        return kept<I, input<I>, Keeps::input, its_input_x>(m);
    }
    template <Size I, Size K>
    static auto kept_operand(const M& m) {
        return kept<I, input<I, K>, Keeps::input, its_operand<K>>(m);
    }
    template <Size I>
    static auto kept_output(const M& m) {
        return kept<I, output<I>, Keeps::output, its_output_y>(m);
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
    /// dy of node I. Others may read it, too, so no layer writes it; only dx may lie on it, where the plan
    /// allows that.
    template <Size I>
    static auto incoming_gradient(const M& m) {
        using View = BatchView<const T, Device, shape_t<value_dims<output<I>>>>;
        return View(gradient<output<I>>(m));
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

    // A node

    template <Size I>
    static constexpr Size first_row = node<I>.leaf == no_index ? 0 : N::first_rows.of[node<I>.leaf];
    template <Size I>
    static constexpr Size rows = node<I>.leaf == no_index ? 0 : graph.nodes[I].rules->parameters;
    template <Size I>
    static constexpr Size learnt = node<I>.leaf == no_index ? 0 : graph.nodes[I].rules->learnt;
    template <Size I>
    static constexpr bool is_view = traits<I>.view || (!training && traits<I>.view_in_eval);

    /// The layer of a node: the network's own, or a function with its numbers.
    template <Size I>
    static constexpr decltype(auto) layer(const Slots& layers) {
        if constexpr (node<I>.leaf != no_index)
            return get<node<I>.leaf>(layers);
        else
            return function<I>(std::make_index_sequence<node<I>.numbers.count>{});
    }
    template <Size I, Size... K>
    static constexpr Layer<I> function(std::index_sequence<K...>) {
        return Layer<I>{AnyNumber{node<I>.numbers.of[K]}...};
    }

    template <Size I>
    static constexpr Size saved_size = training ? graph.nodes[I].rules->saved(graph.nodes[I].in) : 0;
    template <Size I>
    static constexpr Size saved_once_size = training ? graph.nodes[I].rules->saved_once(graph.nodes[I].in)
                                                     : 0;

    /// Calls `call(operands..., saved?, saved_once?)`.
    template <Size I, class Call, class... Operands>
    static void with_saved(const M& m, const Call& call, Operands... operands) {
        const auto with_once = [&](auto... more) {
            if constexpr (saved_once_size < I >> 0)
                call(more..., TensorView<T, Device, Shape<saved_once_size<I>>>{m.arena + plan.saved_once[I]});
            else
                call(more...);
        };
        if constexpr (saved_size < I >> 0) {
            constexpr bool batched = graph.values[output<I>].batched;
            with_once(operands..., BatchView<T, Device, Shape<saved_size<I>>>{
                                       at<batched>(m.arena, plan.saved[I], m), batch<output<I>>(m)});
        } else {
            with_once(operands...);
        }
    }
    /// Calls `call(parameters..., saved?, saved_once?)` with what node I owns.
    template <Size I, class Call>
    static void with_operands(const M& m, const Call& call) {
        [&]<Size... P>(std::index_sequence<P...>) {
            with_saved<I>(m, call, parameter<first_row<I> + P>(m)...);
        }
        (std::make_index_sequence<rows<I>>{});
    }

    // Forward

    template <Size V>
    static constexpr Size uses = [] {
        Size n = 0;
        for (Size i = 0; i < count; ++i)
            for (Size k = 0; k < graph.nodes[i].input_count; ++k) n += graph.nodes[i].inputs[k] == V;
        for (Size o = 0; o < graph.output_count; ++o) n += graph.outputs[o] == V;
        return n;
    }();

    /// Whether nodes I and I + 1 run as one product: an affine map and what its output alone goes through.
    template <Size I, Size End>
    static constexpr bool runs_with_next() {
        if constexpr (I + 1 < End && traits<I>.affine) {
            if constexpr (!is_view<I + 1> && node<I + 1>.input_count == 1 && input<I + 1> == output<I> &&
                          uses<output<I>> == 1) {
                // What lies between them is not computed.
                constexpr bool is_read_again = training && (includes(traits<I>.keeps, Keeps::output) ||
                                                            includes(traits<I + 1>.keeps, Keeps::input));
                constexpr Size first = first_row<I>;
                return !is_read_again && requires(const Slots& layers, const M& m) {
                    layer<I + 1>(layers).forward_behind_affine(m.device, operand<input<I>>(m),
                                                               value<output<I + 1>>(m), parameter<first>(m),
                                                               parameter<first + 1>(m));
                };
            }
        }
        return false;
    }

    template <Size I, Size End>
    static void forward_node(const M& m, const Slots& layers) {
        if constexpr (I > 0 && runs_with_next<I - (I > 0), End>()) {
            // done with the node before
        } else if constexpr (runs_with_next<I, End>()) {
            constexpr Size first = first_row<I>;
            layer<I + 1>(layers).forward_behind_affine(m.device, operand<input<I>>(m),
                                                       value<output<I + 1>>(m), parameter<first>(m),
                                                       parameter<first + 1>(m));
        } else if constexpr (graph.nodes[I].rules->joins) {
            if constexpr (node<I>.input_count > 0) [&]<Size... K>(std::index_sequence<K...>) {
                    with_operands<I>(m, [&](auto... own) {
                        layer<I>(layers).forward(m.device, value<output<I>>(m), operand<input<I, K>>(m)...,
                                                 own...);
                    });
                }
            (std::make_index_sequence<node<I>.input_count>{});
        } else if constexpr (!is_view<I>) {
            with_operands<I>(m, [&](auto... operands) { run_layer<I>(m, layer<I>(layers), operands...); });
        }
    }
    template <Size I, class Own, class... Operands>
    static void run_layer(const M& m, const Own& own, Operands... operands) {
        const auto x = operand<input<I>>(m);
        const auto y = value<output<I>>(m);
        if constexpr (!training && InfersOtherwise<Own, Device, decltype(x), decltype(y), Operands...>)
            own.infer(m.device, x, y, operands...);
        else
            own.forward(m.device, x, y, operands...);
    }

    /// Nodes [0, end) in order.
    template <Size End = count>
    static void forward(const M& m, const Slots& layers) {
        [&]<Size... I>(std::index_sequence<I...>) { (forward_node<I, End>(m, layers), ...); }
        (std::make_index_sequence<End>{});
    }

    // Backward

    template <Size I, Size K>
    static constexpr GradientWrite write = plan.writes[edge_begin(graph, I) + K];

    /// Whether a later node, whose backward pass comes first, has written the gradients of the same
    /// parameters.
    template <Size I>
    static constexpr bool shares_parameters = [] {
        for (Size i = I + 1; i < count; ++i)
            if (graph.nodes[i].leaf != no_index && graph.nodes[i].leaf == graph.nodes[I].leaf) return true;
        return false;
    }();

    template <Size I>
    static bool wants_parameters(const M& m) {
        if (m.wanted.rows == nullptr) return true;
        for (Size p = 0; p < learnt<I>; ++p)
            if (m.wanted.rows[first_row<I> + p]) return true;
        return false;
    }
    /// Where a layer is frozen in part, its frozen rows get a gradient with the others; they read as zero.
    template <Size I>
    static void clear_frozen_rows(const M& m) {
        if (m.wanted.rows == nullptr) return;
        for (Size p = first_row<I>; p < first_row<I> + learnt<I>; ++p)
            if (const ParameterInfo& info = N::parameters.rows[p]; !m.wanted.rows[p])
                m.device.fill(m.gradients + info.offset, info.dims.elements(), T(0));
    }
    template <Size V>
    static bool wants_gradient(const M& m) {
        return m.wanted.values == nullptr || m.wanted.values[V];
    }

    /// The gradient of operand K is there: what other nodes left is added.
    template <Size I, Size K>
    static void add_gradient(const M& m) {
        if constexpr (write<I, K>.adds) {
            constexpr Size x = input<I, K>;
            m.device.map(Sum{}, gradient_at<x>(write<I, K>.into, m), gradient_at<x>(write<I, K>.other, m),
                         gradient_at<x>(write<I, K>.target, m));
        }
    }

    template <Size I, Size K>
    static void backward_operand(const M& m, const Slots& layers) {
        constexpr Size x = input<I, K>;
        if constexpr (write<I, K>.wanted) {
            if (!wants_gradient<x>(m)) return;
            if constexpr (!write<I, K>.passes) {
                const auto dx = gradient_at<x>(write<I, K>.target, m);
                if constexpr (graph.nodes[I].rules->joins) {
                    [&]<Size... All>(std::index_sequence<All...>) {
                        with_operands<I>(m, [&](auto... own) {
                            layer<I>(layers).template backward_operand<K>(m.device, kept_output<I>(m),
                                                                          incoming_gradient<I>(m), dx,
                                                                          kept_operand<I, All>(m)..., own...);
                        });
                    }
                    (std::make_index_sequence<node<I>.input_count>{});
                } else {
                    with_operands<I>(m, [&](auto... operands) {
                        layer<I>(layers).backward_input(m.device, kept_input<I>(m), kept_output<I>(m),
                                                        incoming_gradient<I>(m), dx, operands...);
                    });
                }
            }
            add_gradient<I, K>(m);
        }
    }

    /// A layer that works out all its gradients together.
    template <Size I>
    static void backward_together(const M& m, const Slots& layers) {
        constexpr Size x = input<I>;
        BatchView<T, Device, shape_t<value_dims<x>>> dx{nullptr, batch<x>(m)};
        if constexpr (write<I, 0>.wanted)
            if (wants_gradient<x>(m)) dx = gradient_at<x>(write<I, 0>.target, m);
        [&]<Size... P, Size... L>(std::index_sequence<P...>, std::index_sequence<L...>) {
            with_saved<I>(
                m,
                [&](auto... operands) {
                    layer<I>(layers).backward(m.device, kept_input<I>(m), kept_output<I>(m),
                                              incoming_gradient<I>(m), dx, operands...);
                },
                parameter<first_row<I> + P>(m)...,
                parameter_gradient<first_row<I> + L>(m, shares_parameters<I>)...);
        }
        (std::make_index_sequence<rows<I>>{}, std::make_index_sequence<learnt<I>>{});
        clear_frozen_rows<I>(m);
        if constexpr (write<I, 0>.wanted)
            if (dx.data != nullptr) add_gradient<I, 0>(m);
    }

    template <Size I>
    static void backward_parameters(const M& m, const Slots& layers) {
        if constexpr (learnt < I >> 0) {
            if (!wants_parameters<I>(m)) return;
            [&]<Size... P>(std::index_sequence<P...>) {
                with_saved<I>(
                    m,
                    [&](auto... operands) {
                        if constexpr (node<I>.input_count == 0)
                            layer<I>(layers).backward_parameters(m.device, incoming_gradient<I>(m),
                                                                 operands...);
                        else
                            layer<I>(layers).backward_parameters(m.device, kept_input<I>(m),
                                                                 kept_output<I>(m), incoming_gradient<I>(m),
                                                                 operands...);
                    },
                    parameter_gradient<first_row<I> + P>(m, shares_parameters<I>)...);
            }
            (std::make_index_sequence<learnt<I>>{});
            clear_frozen_rows<I>(m);
        }
    }

    template <Size I>
    static void backward_node(const M& m, const Slots& layers) {
        if constexpr (N::needs_gradient.of[output<I>]) {
            if (!wants_gradient<output<I>>(m)) return;
            if constexpr (works_together<Layer<I>>) {
                backward_together<I>(m, layers);
            } else {
                backward_parameters<I>(m, layers);
                [&]<Size... K>(std::index_sequence<K...>) { (backward_operand<I, K>(m, layers), ...); }
                (std::make_index_sequence<node<I>.input_count>{});
            }
        }
    }

    /// A value that is returned several times has the gradients of several losses.
    template <Size O, Size P>
    static void add_loss(const M& m) {
        if constexpr (P < O && graph.outputs[P] == graph.outputs[O] && N::needs_gradient.of[graph.outputs[O]])
            m.device.map(Sum{}, gradient_of_loss<P>(m), gradient_of_loss<P>(m), gradient_of_loss<O>(m));
    }
    static constexpr Size first_same_output(Size o) {
        Size p = 0;
        while (graph.outputs[p] != graph.outputs[o]) ++p;
        return p;
    }
    static void add_losses(const M& m) {
        [&]<Size... O>(std::index_sequence<O...>) { (add_loss<O, first_same_output(O)>(m), ...); }
        (std::make_index_sequence<graph.output_count>{});
    }

    /// Nodes (begin, 0] in reverse, from the gradient of what they read or of the network's outputs.
    template <Size Begin = count>
    static void backward(const M& m, const Slots& layers) {
        if constexpr (graph.output_count > 1) add_losses(m);
        [&]<Size... I>(std::index_sequence<I...>) { (backward_node<Begin - 1 - I>(m, layers), ...); }
        (std::make_index_sequence<Begin>{});
    }

    /// Calls `call(parameters...)` with leaf L's part of a flat buffer.
    template <Size L, class U, class Call>
    static void with_own_parameters(U* flat, const Call& call) {
        constexpr Size first = N::first_rows.of[L];
        [&]<Size... P>(std::index_sequence<P...>) {
            call(TensorView<U, Device, shape_t<row<first + P>.dims>>{flat + row<first + P>.offset}...);
        }
        (std::make_index_sequence<parameter_count_of<type_at_t<L, Leaves>>>{});
    }
};

}  // namespace strata::detail
