#pragma once
// The plain recurrent layer: at each time step, from the h of the step before,
//   h' = tanh(W_ih x + b_ih + W_hh h + b_hh), beginning with h = 0.
//
// Shapes: (T, In) -> (T, Hidden): the h of all time steps. `RNN<In, Hidden>`, or `RNN<Hidden>`, which takes
// In from the layer before it.
// Options behind the sizes: `init::Nonlinearity::relu` instead of tanh; `num_layers<N>`: as many, one on the
// other; `no_bias`; `bidirectional`: a second recurrence begins at the end, and the output is (T, 2 Hidden).
// A member: dropout = 0, in [0, 1], of what goes from one layer to the next; none in inference.
//
// Parameters, for each layer and direction: weight_ih_l0 (Hidden, In), weight_hh_l0 (Hidden, Hidden),
// bias_ih_l0 (Hidden), bias_hh_l0 (Hidden); then ..._l0_reverse, ..._l1.
// Initial values: U(-1/sqrt(Hidden), 1/sqrt(Hidden)).
//
// Source: torch.nn.RNN with batch_first=True, whose h of the last time step is not given out (`Select<1, -1>`
// behind it takes it). J. Elman, "Finding structure in time", Cognitive Science 14, 1990.

#include <strata/layers/shared/recurrence.hpp>

namespace strata {

namespace detail {

template <init::Nonlinearity nonlinearity>
struct RnnCell {
    static constexpr Size gates = 1, kept = 1;
    static constexpr bool has_cell = false, into_h = true, passes_dh = false;
    static constexpr bool relu = nonlinearity == init::Nonlinearity::relu;

    struct Forward {
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& h) const {
            using namespace math;
            h = relu ? max(h, V(0)) : tanh(h);
        }
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& h, const V& input_bias, const V& hidden_bias) const {
            h += input_bias + hidden_bias;
            (*this)(h);
        }
    };
    struct Backward {
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& gradient, const V& h, const V& dy, const V& dh_behind) const {
            using namespace math;
            const V dh = dy + dh_behind;
            gradient = relu ? select(h > V(0), dh, V(0)) : dh * (V(1) - h * h);
        }
    };

    template <Size hidden, bool bias, class T>
    static void forward(auto& device, const RecurrenceStep<T>& step) {
        if (!step.first)
            device.product(
                StridedMatrix<const T>{step.h_before.data, step.batch, hidden, step.h_before.stride},
                transposed(StridedMatrix<const T>{step.weight_hh, hidden, hidden, hidden}),
                StridedMatrix<T>{step.h.data, step.batch, hidden, step.h.stride}, true);
        if constexpr (bias)
            device.for_each_in_rows(step.batch, hidden, Forward{}, step.h, same_row(step.bias_ih),
                                    same_row(step.bias_hh));
        else
            device.for_each_in_rows(step.batch, hidden, Forward{}, step.h);
    }
    template <Size hidden, class T>
    static void backward(auto& device, const RecurrenceStep<T>& step,
                         const RecurrenceGradients<T>& gradients) {
        device.for_each_in_rows(step.batch, hidden, Backward{}, step.gates, read_only(step.h), gradients.dy,
                                read_only(gradients.dh));
    }
};

}  // namespace detail

inline void write_RNN_In_Hidden_or_RNN_Hidden_then_num_layers_no_bias_bidirectional_or_a_nonlinearity() {}

template <auto... Arguments>
struct RNN {
    double dropout = 0;

    using Written =
        detail::RecurrenceArguments<LayerArguments<NumLayers, Bias, Bidirectional, init::Nonlinearity>,
                                    Arguments...>;
    using Sequence = detail::Recurrence<detail::RnnCell<Written::nonlinearity>, Written>;
    static constexpr Reason wrong_arguments = Sequence::wrong_arguments;
    static constexpr Reason usage =
        &write_RNN_In_Hidden_or_RNN_Hidden_then_num_layers_no_bias_bidirectional_or_a_nonlinearity;
    static constexpr LayerTraits traits = {.keeps = Keeps::both};
    static constexpr bool gradients_together = true;

    static constexpr ShapeOutcome output_shape(Dims given) { return Sequence::output_shape(given); }
    template <class Given>
    static auto find_remedy() {
        return detail::sequence_remedy<strata::RNN, Given, Sequence::stated_in, Arguments...>();
    }
    template <class Given>
    using remedy = decltype(find_remedy<Given>());
    static constexpr Dims input_shape() { return Sequence::input_shape(); }
    static constexpr auto parameters(Dims given) { return Sequence::parameters(given); }
    static constexpr Size saved(Dims given) { return Sequence::saved(given); }
    static constexpr Size multiply_adds(Dims given) { return Sequence::multiply_adds(given); }

    static void initialize(Generator& generator, auto... parameters) {
        Sequence::initialize(generator, parameters...);
    }
    void forward(auto& device, auto x, auto y, auto... operands) const {
        Sequence::forward(device, "RNN", dropout, x, y, operands...);
    }
    static void infer(auto& device, auto x, auto y, auto... parameters) {
        Sequence::infer(device, x, y, parameters...);
    }
    void backward(auto& device, auto x, auto y, auto dy, auto dx, auto... operands) const {
        Sequence::backward(device, dropout, x, y, dy, dx, operands...);
    }
};

}  // namespace strata
