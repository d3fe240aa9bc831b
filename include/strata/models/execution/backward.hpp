#pragma once
// The backward pass: the gradients of a graph's nodes, from the last to the first.

#include <strata/models/execution/views.hpp>

namespace strata::detail {

/// How the gradient of operand K of node I comes about. `V` is a Views.
template <class V, Size I, Size K>
inline constexpr GradientWrite write = V::plan.writes[edge_begin(V::graph, I) + K];

/// Whether a later node, whose backward pass comes first, has written the gradients of the same
/// parameters.
template <class V, Size I>
inline constexpr bool shares_parameters = [] {
    for (Size i = I + 1; i < V::count; ++i)
        if (V::graph.nodes[i].leaf != no_index && V::graph.nodes[i].leaf == V::graph.nodes[I].leaf)
            return true;
    return false;
}();

inline bool wants_rows(const Wanted& wanted, Size first, Size count) {
    if (wanted.rows == nullptr) return true;
    for (Size p = first; p < first + count; ++p)
        if (wanted.rows[p]) return true;
    return false;
}
inline bool wants_gradient(const Wanted& wanted, Size value) {
    return wanted.values == nullptr || wanted.values[value];
}
/// Where a layer is frozen in part, its frozen rows get a gradient with the others; they read as zero.
template <class N, class Device, class T>
void clear_frozen_rows(const Memory<N, Device, T>& m, Size first, Size count) {
    if (m.wanted.rows == nullptr) return;
    for (Size p = first; p < first + count; ++p)
        if (const ParameterInfo& info = N::parameters.rows[p]; !m.wanted.rows[p])
            m.device.fill(m.gradients + info.offset, info.dims.elements(), T(0));
}

/// The gradient of operand K is there: what other nodes left is added.
template <class V, Size I, Size K>
void add_gradient(const typename V::M& m) {
    if constexpr (write<V, I, K>.adds) {
        constexpr Size x = V::graph.nodes[I].inputs[K];
        m.device.map(Plus{}, V::template gradient_at<x>(write<V, I, K>.into, m),
                     V::template gradient_at<x>(write<V, I, K>.other, m),
                     V::template gradient_at<x>(write<V, I, K>.target, m));
    }
}

template <class V, Size I, Size K>
void backward_operand(const typename V::M& m, const typename V::Slots& layers) {
    using Here = Node<V, I>;
    constexpr Size x = Here::template input<K>;
    if constexpr (write<V, I, K>.wanted) {
        if (!wants_gradient(m.wanted, x)) return;
        if constexpr (!write<V, I, K>.passes) {
            const auto dx = V::template gradient_at<x>(write<V, I, K>.target, m);
            if constexpr (Here::joins) {
                [&]<Size... All>(std::index_sequence<All...>) {
                    Here::with_own(m, [&](auto... own) {
                        Here::layer(layers).template backward_operand<K>(
                            m.device, Here::kept_y(m), Here::dy(m), dx,
                            Here::template kept_operand<All>(m)..., own...);
                    });
                }
                (std::make_index_sequence<Here::inputs>{});
            } else {
                Here::with_own(m, [&](auto... own) {
                    Here::layer(layers).backward_input(m.device, Here::kept_x(m), Here::kept_y(m),
                                                       Here::dy(m), dx, own...);
                });
            }
        }
        add_gradient<V, I, K>(m);
    }
}

/// A layer that works out all its gradients together.
template <class V, Size I>
void backward_together(const typename V::M& m, const typename V::Slots& layers) {
    using Here = Node<V, I>;
    constexpr Size x = Here::template input<0>;
    auto dx = V::template gradient_at<x>(0, m);
    dx.data = nullptr;
    if constexpr (write<V, I, 0>.wanted)
        if (wants_gradient(m.wanted, x)) dx = V::template gradient_at<x>(write<V, I, 0>.target, m);
    [&]<Size... P, Size... L>(std::index_sequence<P...>, std::index_sequence<L...>) {
        Here::with_saved(
            m,
            [&](auto... own) {
                Here::layer(layers).backward(m.device, Here::kept_x(m), Here::kept_y(m), Here::dy(m), dx,
                                             own...);
            },
            V::template parameter<Here::first_row + P>(m)...,
            V::template parameter_gradient<Here::first_row + L>(m, shares_parameters<V, I>)...);
    }
    (std::make_index_sequence<Here::rows>{}, std::make_index_sequence<Here::learnt>{});
    clear_frozen_rows(m, Here::first_row, Here::learnt);
    if constexpr (write<V, I, 0>.wanted)
        if (dx.data != nullptr) add_gradient<V, I, 0>(m);
}

template <class V, Size I>
void backward_parameters(const typename V::M& m, const typename V::Slots& layers) {
    using Here = Node<V, I>;
    if constexpr (Here::learnt > 0) {
        if (!wants_rows(m.wanted, Here::first_row, Here::learnt)) return;
        [&]<Size... P>(std::index_sequence<P...>) {
            Here::with_saved(
                m,
                [&](auto... own) {
                    if constexpr (Here::inputs == 0)
                        Here::layer(layers).backward_parameters(m.device, Here::dy(m), own...);
                    else
                        Here::layer(layers).backward_parameters(m.device, Here::kept_x(m), Here::kept_y(m),
                                                                Here::dy(m), own...);
                },
                V::template parameter_gradient<Here::first_row + P>(m, shares_parameters<V, I>)...);
        }
        (std::make_index_sequence<Here::learnt>{});
        clear_frozen_rows(m, Here::first_row, Here::learnt);
    }
}

template <class V, Size I>
void backward_node(const typename V::M& m, const typename V::Slots& layers) {
    using Here = Node<V, I>;
    if constexpr (V::N::needs_gradient.of[Here::output]) {
        if (!wants_gradient(m.wanted, Here::output)) return;
        if constexpr (gradients_together<typename Here::Layer>) {
            backward_together<V, I>(m, layers);
        } else {
            backward_parameters<V, I>(m, layers);
            [&]<Size... K>(std::index_sequence<K...>) { (backward_operand<V, I, K>(m, layers), ...); }
            (std::make_index_sequence<Here::inputs>{});
        }
    }
}

/// A value that is returned several times has the gradients of several losses.
template <class V, Size O>
void add_loss(const typename V::M& m) {
    constexpr Size first = [] {
        Size o = 0;
        while (V::graph.outputs[o] != V::graph.outputs[O]) ++o;
        return o;
    }();
    if constexpr (first < O && V::N::needs_gradient.of[V::graph.outputs[O]])
        m.device.map(Plus{}, V::template gradient_of_loss<first>(m), V::template gradient_of_loss<first>(m),
                     V::template gradient_of_loss<O>(m));
}

/// Nodes Begin - 1 down to 0, from the gradient of what they read or of the network's outputs.
template <class V, Size Begin>
void backward_nodes(const typename V::M& m, const typename V::Slots& layers) {
    if constexpr (V::graph.output_count > 1) [&]<Size... O>(std::index_sequence<O...>) {
            (add_loss<V, O>(m), ...);
        }
    (std::make_index_sequence<V::graph.output_count>{});
    [&]<Size... I>(std::index_sequence<I...>) { (backward_node<V, Begin - 1 - I>(m, layers), ...); }
    (std::make_index_sequence<Begin>{});
}

}  // namespace strata::detail
