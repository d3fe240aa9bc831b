#pragma once
// The kernels that a network's graph stands for: forward in the order of its nodes, backward in reverse.

#include <strata/models/execution/backward.hpp>
#include <strata/models/execution/forward.hpp>

namespace strata::detail {

template <class Net, class Device, class T, Pass pass>
struct Execution : Views<Net, Device, T, pass> {
    using V = Views<Net, Device, T, pass>;
    using typename V::M;
    using typename V::N;
    using typename V::Slots;

    /// Nodes [0, End) in order.
    template <Size End = N::layer_count>
    static void forward(const M& m, const Slots& layers) {
        forward_nodes<V, End>(m, layers);
    }
    /// Nodes Begin - 1 down to 0.
    template <Size Begin = N::layer_count>
    static void backward(const M& m, const Slots& layers) {
        backward_nodes<V, Begin>(m, layers);
    }
    template <Size I>
    static constexpr decltype(auto) layer(const Slots& layers) {
        return Node<V, I>::layer(layers);
    }

    /// Calls `call(parameters...)` with leaf L's part of a flat buffer.
    template <Size L, class U, class Call>
    static void with_own_parameters(U* flat, const Call& call) {
        constexpr Size first = N::first_rows.of[L];
        [&]<Size... P>(std::index_sequence<P...>) {
            call(TensorView<U, Device, shape_t<V::template row<first + P>.dims>>{
                flat + V::template row<first + P>.offset}...);
        }
        (std::make_index_sequence<parameter_count_of<type_at_t<L, typename N::Leaves>>>{});
    }
};

}  // namespace strata::detail
