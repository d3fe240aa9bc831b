#pragma once
// The forward pass: the kernels of a graph's nodes, in their order.

#include <strata/models/execution/views.hpp>

namespace strata::detail {

/// How many nodes and outputs read a value. `V` is a Views.
template <class V, Size value>
inline constexpr Size uses_of = [] {
    Size n = 0;
    for (Size i = 0; i < V::count; ++i)
        for (Size k = 0; k < V::graph.nodes[i].input_count; ++k) n += V::graph.nodes[i].inputs[k] == value;
    for (Size o = 0; o < V::graph.output_count; ++o) n += V::graph.outputs[o] == value;
    return n;
}();

/// Runs an affine map, node I, and the node behind it as one product.
template <class V, Size I>
auto forward_behind_affine(const typename V::M& m, const typename V::Slots& layers)
    -> decltype(Node<V, I + 1>::layer(layers).forward_behind_affine(
        m.device, Node<V, I>::x(m), Node<V, I + 1>::y(m), V::template parameter<Node<V, I>::first_row>(m),
        V::template parameter<Node<V, I>::first_row + 1>(m))) {
    Node<V, I + 1>::layer(layers).forward_behind_affine(m.device, Node<V, I>::x(m), Node<V, I + 1>::y(m),
                                                        V::template parameter<Node<V, I>::first_row>(m),
                                                        V::template parameter<Node<V, I>::first_row + 1>(m));
}

/// Whether nodes I and I + 1 run as one product: an affine map and what its output alone goes through.
template <class V, Size I, Size End>
constexpr bool runs_with_next() {
    if constexpr (I + 1 < End && Node<V, I>::traits.affine) {
        using Here = Node<V, I>;
        using Next = Node<V, I + 1>;
        if constexpr (!Next::is_view && Next::inputs == 1 && Next::node.inputs[0] == Here::output &&
                      uses_of<V, Here::output> == 1) {
            // What lies between them is not computed.
            constexpr bool is_read_again = V::training && (includes(Here::traits.keeps, Keeps::output) ||
                                                           includes(Next::traits.keeps, Keeps::input));
            return !is_read_again && requires(const typename V::M& m, const typename V::Slots& layers) {
                forward_behind_affine<V, I>(m, layers);
            };
        }
    }
    return false;
}

/// A function, because clang 14 does not see what is left out in a lambda.
template <class V, class Layer, class X, class Y, class... Own>
void run_layer(const typename V::M& m, const Layer& layer, X x, Y y, Own... own) {
    if constexpr (!V::training && InfersOtherwise<Layer, typename V::Device, X, Y, Own...>)
        layer.infer(m.device, x, y, own...);
    else
        layer.forward(m.device, x, y, own...);
}

/// Node I; `End` is where the pass ends.
template <class V, Size I, Size End>
void forward_node(const typename V::M& m, const typename V::Slots& layers) {
    using Here = Node<V, I>;
    if constexpr (I > 0 && runs_with_next<V, I - (I > 0), End>()) {
        // done with the node before
    } else if constexpr (runs_with_next<V, I, End>()) {
        forward_behind_affine<V, I>(m, layers);
    } else if constexpr (Here::joins) {
        if constexpr (Here::inputs > 0) [&]<Size... K>(std::index_sequence<K...>) {
                Here::with_own(m, [&](auto... own) {
                    Here::layer(layers).forward(m.device, Here::y(m), Here::template operand<K>(m)...,
                                                own...);
                });
            }
        (std::make_index_sequence<Here::inputs>{});
    } else if constexpr (!Here::is_view) {
        Here::with_own(
            m, [&](auto... own) { run_layer<V>(m, Here::layer(layers), Here::x(m), Here::y(m), own...); });
    }
}

/// Nodes [0, End) in order.
template <class V, Size End>
void forward_nodes(const typename V::M& m, const typename V::Slots& layers) {
    [&]<Size... I>(std::index_sequence<I...>) { (forward_node<V, I, End>(m, layers), ...); }
    (std::make_index_sequence<End>{});
}

}  // namespace strata::detail
