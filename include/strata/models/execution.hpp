#pragma once
// The straight line of kernels that a network's type stands for: forward in order, backward in reverse. Every
// view that a layer sees is made here, from a constant offset of the plan.

#include <strata/core/network.hpp>
#include <strata/core/replay_key.hpp>
#include <strata/core/tensor.hpp>

namespace strata::detail {

/// The memory that one pass over a network works on.
template <class Device, class T>
struct Memory {
    Device& device;
    const T* input;       ///< the batch as the caller gave it
    const T* parameters;  ///< the flat buffer
    T* gradients;         ///< its twin; null in inference
    T* arena;             ///< activations
    Size batch;           ///< samples in this pass
    Size capacity;        ///< samples that the arena was laid out for
    bool accumulate;      ///< add to the gradients instead of overwriting them
};

enum class Pass { training, inference };

template <class Net, class Device, class T, Pass pass>
struct Execution {
    using N = Network<Net>;
    using Leaves = typename N::Leaves;
    using Slots = typename SlotsOf<Leaves>::type;
    using M = Memory<Device, T>;
    static constexpr const auto& plan = pass == Pass::training ? N::training_plan : N::inference_plan;
    static constexpr Size count = N::layer_count;

    template <Size I>
    static constexpr LayerRecord record = N::trace.layers[I];
    template <Size P>
    static constexpr ParameterInfo row = N::parameters.rows[P];
    template <Size J>
    static constexpr Dims value_dims = J == 0 ? N::trace.input : N::trace.layers[J - (J > 0)].out;

    template <Size J>
    static auto value(const M& m) {
        using S = shape_t<value_dims<J>>;
        if constexpr (J == 0 || plan.value[J] == in_the_input)
            return BatchView<const T, Device, S>{m.input, m.batch};
        else
            return BatchView<T, Device, S>{m.arena + plan.value[J] * m.capacity, m.batch};
    }
    template <Size J>
    static auto gradient(const M& m) {
        return BatchView<T, Device, shape_t<value_dims<J>>>{m.arena + plan.gradient[J] * m.capacity, m.batch};
    }
    template <Size P>
    static auto parameter(const M& m) {
        return TensorView<const T, Device, shape_t<row<P>.dims>>{m.parameters + row<P>.offset};
    }
    template <Size P>
    static auto parameter_gradient(const M& m) {
        return GradientView<T, Device, shape_t<row<P>.dims>>{{m.gradients + row<P>.offset}, m.accumulate};
    }

    /// Calls `call(layer, parameters..., saved?)` with what layer I owns.
    template <Size I, class Call>
    static void with_operands(const M& m, const Slots& layers, const Call& call) {
        [&]<Size... P>(std::index_sequence<P...>) {
            if constexpr (record<I>.saved > 0 && pass == Pass::training)
                call(get<I>(layers), parameter<record<I>.first_parameter + P>(m)...,
                     BatchView<T, Device, Shape<record<I>.saved>>{m.arena + plan.saved[I] * m.capacity,
                                                                  m.batch});
            else
                call(get<I>(layers), parameter<record<I>.first_parameter + P>(m)...);
        }
        (std::make_index_sequence<record<I>.parameters>{});
    }

    /// Calls `call(parameters...)` with layer I's part of a flat buffer.
    template <Size I, class U, class Call>
    static void with_own_parameters(U* flat, const Call& call) {
        constexpr Size first = record<I>.first_parameter;
        [&]<Size... P>(std::index_sequence<P...>) {
            call(TensorView<U, Device, shape_t<row<first + P>.dims>>{flat + row<first + P>.offset}...);
        }
        (std::make_index_sequence<record<I>.parameters>{});
    }

    template <Size I>
    static constexpr bool is_view = record<I>.traits.view ||
                                    (pass == Pass::inference && record<I>.traits.view_in_eval);

    /// Whether layers I and I + 1 run as one product: an affine map and what its output alone goes through.
    template <Size I, Size End>
    static constexpr bool runs_with_next() {
        if constexpr (I + 1 < End && record<I>.traits.affine && !is_view < I + 1 < count ? I + 1 : I >) {
            constexpr Keeps kept = pass == Pass::inference ? Keeps::nothing : record<I + 1>.traits.keeps;
            constexpr Size first = record<I>.first_parameter;
            return kept != Keeps::input && kept != Keeps::both && requires(const Slots& layers, const M& m) {
                get<I + 1>(layers).forward_behind_affine(m.device, value<I>(m), value<I + 2>(m),
                                                         parameter<first>(m), parameter<first + 1>(m));
            };
        } else {
            return false;
        }
    }

    template <Size I, Size End>
    static void forward_layer(const M& m, const Slots& layers) {
        if constexpr (I > 0 && runs_with_next<I - (I > 0), End>()) {
            // done with the layer before
        } else if constexpr (runs_with_next<I, End>()) {
            constexpr Size first = record<I>.first_parameter;
            get<I + 1>(layers).forward_behind_affine(m.device, value<I>(m), value<I + 2>(m),
                                                     parameter<first>(m), parameter<first + 1>(m));
        } else if constexpr (!is_view<I>) {
            with_operands<I>(m, layers, [&](const auto& layer, auto... operands) {
                if constexpr (pass == Pass::inference &&
                              requires { layer.infer(m.device, value<I>(m), value<I + 1>(m), operands...); })
                    layer.infer(m.device, value<I>(m), value<I + 1>(m), operands...);
                else
                    layer.forward(m.device, value<I>(m), value<I + 1>(m), operands...);
            });
        }
    }

    /// Layers [0, end) in order.
    template <Size End = count>
    static void forward(const M& m, const Slots& layers) {
        [&]<Size... I>(std::index_sequence<I...>) { (forward_layer<I, End>(m, layers), ...); }
        (std::make_index_sequence<End>{});
    }

    template <Size I>
    static void backward_layer(const M& m, const Slots& layers) {
        if constexpr (record<I>.parameters > 0) {
            [&]<Size... P>(std::index_sequence<P...>) {
                const auto dy = gradient<I + 1>(m);
                if constexpr (record<I>.saved > 0)
                    get<I>(layers).backward_parameters(
                        m.device, value<I>(m), value<I + 1>(m), dy,
                        parameter_gradient<record<I>.first_parameter + P>(m)...,
                        BatchView<T, Device, Shape<record<I>.saved>>{m.arena + plan.saved[I] * m.capacity,
                                                                     m.batch});
                else
                    get<I>(layers).backward_parameters(
                        m.device, value<I>(m), value<I + 1>(m), dy,
                        parameter_gradient<record<I>.first_parameter + P>(m)...);
            }
            (std::make_index_sequence<record<I>.parameters>{});
        }
        if constexpr (I >= N::lowest_gradient && !is_view<I>) {
            with_operands<I>(m, layers, [&](const auto& layer, auto... operands) {
                layer.backward_input(m.device, value<I>(m), value<I + 1>(m), gradient<I + 1>(m),
                                     gradient<I>(m), operands...);
            });
        }
    }

    /// Layers (end, 0] in reverse, from the gradient with respect to value `Begin`.
    template <Size Begin = count>
    static void backward(const M& m, const Slots& layers) {
        [&]<Size... I>(std::index_sequence<I...>) { (backward_layer<Begin - 1 - I>(m, layers), ...); }
        (std::make_index_sequence<Begin>{});
    }
};

}  // namespace strata::detail
