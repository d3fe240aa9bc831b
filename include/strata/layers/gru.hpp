#pragma once
// The gated recurrent unit: at each time step, from the h of the step before,
//   r = sigmoid(W_ir x + b_ir + W_hr h + b_hr), z likewise, n = tanh(W_in x + b_in + r (W_hn h + b_hn)),
//   h' = (1 - z) n + z h, beginning with h = 0.
//
// Shapes: (T, In) -> (T, Hidden): the h of all time steps. `GRU<In, Hidden>`, or `GRU<Hidden>`, which takes
// In from the layer before it.
// Options behind the sizes: `num_layers<N>`: as many, one on the other; `no_bias`; `bidirectional`: a second
// recurrence begins at the end, and the output is (T, 2 Hidden). A member: dropout = 0, in [0, 1], of what
// goes from one layer to the next; none in inference.
//
// Parameters, for each layer and direction: weight_ih_l0 (3 Hidden, In), weight_hh_l0 (3 Hidden, Hidden),
// bias_ih_l0 (3 Hidden), bias_hh_l0 (3 Hidden), the gates in the order r, z, n; then ..._l0_reverse, ..._l1.
// Initial values: U(-1/sqrt(Hidden), 1/sqrt(Hidden)).
//
// Source: torch.nn.GRU with batch_first=True, whose h of the last time step is not given out (`Select<1, -1>`
// behind it takes it). K. Cho et al., "Learning phrase representations using RNN encoder-decoder for
// statistical machine translation", EMNLP 2014.

#include <strata/layers/shared/recurrence.hpp>

namespace strata {

namespace detail {

/// Kept are r, z, n and s = W_hn h + b_hn.
struct GruCell {
    static constexpr Size gates = 3, kept = 4;
    static constexpr bool has_cell = false, into_h = false, passes_dh = true;

    /// `hidden_r` and so on: what comes of h.
    struct Forward {
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& r, V& z, V& n, V& s, V& h, const V& h_before, const V& hidden_r,
                                           const V& hidden_z, const V& hidden_n) const {
            using namespace math;
            r = sigmoid(r + hidden_r);
            z = sigmoid(z + hidden_z);
            s = hidden_n;
            n = tanh(n + r * s);
            h = n + z * (h_before - n);
        }
        template <class V>
        STRATA_HOST_DEVICE void
        operator()(V& r, V& z, V& n, V& s, V& h, const V& h_before, const V& hidden_r, const V& hidden_z,
                   const V& hidden_n, const V& input_bias_r, const V& hidden_bias_r, const V& input_bias_z,
                   const V& hidden_bias_z, const V& input_bias_n, const V& hidden_bias_n) const {
            n += input_bias_n;
            (*this)(r, z, n, s, h, h_before, hidden_r + (input_bias_r + hidden_bias_r),
                    hidden_z + (input_bias_z + hidden_bias_z), hidden_n + hidden_bias_n);
        }
    };
    struct Backward {
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& r, V& z, V& n, V& s, V& dh_behind, const V& h_before,
                                           const V& dy) const {
            const V one(1), dh = dy + dh_behind;
            dh_behind = dh * z;
            const V dn = dh * (one - z) * (one - n * n);
            z = dh * (h_before - n) * z * (one - z);
            n = dn;
            const V ds = dn * r;
            r = dn * s * r * (one - r);
            s = ds;
        }
    };

    template <Size hidden, bool bias, class T>
    static void forward(auto& device, const RecurrenceStep<T>& step) {
        const StridedMatrix<T> product{step.room, step.batch, gates * hidden, gates * hidden};
        if (step.first)
            device.fill(product.data, step.batch * gates * hidden, T(0));
        else
            device.product(
                StridedMatrix<const T>{step.h_before.data, step.batch, hidden, step.h_before.stride},
                transposed(StridedMatrix<const T>{step.weight_hh, gates * hidden, hidden, hidden}), product);
        const auto gate = [&](Size k) { return columns_from(step.gates, k * hidden); };
        const auto of_h = [&](Size k) {
            return StridedRows<const T>{product.data + k * hidden, product.stride};
        };
        const auto run = [&](auto... biases) {
            device.for_each_in_rows(step.batch, hidden, Forward{}, gate(0), gate(1), gate(2), gate(3), step.h,
                                    step.h_before, of_h(0), of_h(1), of_h(2), biases...);
        };
        const auto input = [&](Size k) { return same_row(step.bias_ih + k * hidden); };
        const auto state = [&](Size k) { return same_row(step.bias_hh + k * hidden); };
        if constexpr (bias)
            run(input(0), state(0), input(1), state(1), input(2), state(2));
        else
            run();
    }
    template <Size hidden, class T>
    static void backward(auto& device, const RecurrenceStep<T>& step,
                         const RecurrenceGradients<T>& gradients) {
        const auto gate = [&](Size k) { return columns_from(step.gates, k * hidden); };
        device.for_each_in_rows(step.batch, hidden, Backward{}, gate(0), gate(1), gate(2), gate(3),
                                gradients.dh, step.h_before, gradients.dy);
    }
};

}  // namespace detail

inline void write_GRU_In_Hidden_or_GRU_Hidden_then_num_layers_no_bias_or_bidirectional() {}

template <auto... Arguments>
struct GRU {
    double dropout = 0;

    using Sequence =
        detail::Recurrence<detail::GruCell,
                           detail::RecurrenceArguments<detail::GatedRecurrenceArguments, Arguments...>>;
    static constexpr Reason wrong_arguments = Sequence::wrong_arguments;
    static constexpr Reason usage =
        &write_GRU_In_Hidden_or_GRU_Hidden_then_num_layers_no_bias_or_bidirectional;
    static constexpr LayerTraits traits = {.keeps = Keeps::both};
    static constexpr bool gradients_together = true;

    static constexpr ShapeOutcome output_shape(Dims given) { return Sequence::output_shape(given); }
    template <class Given>
    static auto find_remedy() {
        return detail::sequence_remedy<strata::GRU, Given, Sequence::stated_in, Arguments...>();
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
        Sequence::forward(device, "GRU", dropout, x, y, operands...);
    }
    static void infer(auto& device, auto x, auto y, auto... parameters) {
        Sequence::infer(device, x, y, parameters...);
    }
    void backward(auto& device, auto x, auto y, auto dy, auto dx, auto... operands) const {
        Sequence::backward(device, dropout, x, y, dy, dx, operands...);
    }
};

}  // namespace strata
