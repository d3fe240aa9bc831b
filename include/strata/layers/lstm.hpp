#pragma once
// The long short-term memory: at each time step, from h and c of the step before,
//   i = sigmoid(W_ii x + b_ii + W_hi h + b_hi), f and o likewise, g = tanh(W_ig x + b_ig + W_hg h + b_hg),
//   c' = f c + i g, h' = o tanh(c'), beginning with h = c = 0.
//
// Shapes: (T, In) -> (T, Hidden): the h of all time steps. `LSTM<In, Hidden>`, or `LSTM<Hidden>`, which takes
// In from the layer before it.
// Options behind the sizes: `num_layers<N>`: as many, one on the other; `no_bias`; `bidirectional`: a second
// recurrence begins at the end, and the output is (T, 2 Hidden). A member: dropout = 0, in [0, 1], of what
// goes from one layer to the next; none in inference.
//
// Parameters, for each layer and direction: weight_ih_l0 (4 Hidden, In), weight_hh_l0 (4 Hidden, Hidden),
// bias_ih_l0 (4 Hidden), bias_hh_l0 (4 Hidden), the gates in the order i, f, g, o; then ..._l0_reverse,
// ..._l1.
// Initial values: U(-1/sqrt(Hidden), 1/sqrt(Hidden)).
//
// Source: torch.nn.LSTM with batch_first=True, whose h and c of the last time step are not given out
// (`Select<1, -1>` behind it takes the last h). proj_size is not offered.
// S. Hochreiter, J. Schmidhuber, "Long short-term memory", Neural Computation 9, 1997.

#include <strata/layers/shared/recurrence.hpp>

namespace strata {

namespace detail {

struct LstmCell {
    static constexpr Size gates = 4, kept = 4;
    static constexpr bool has_cell = true, into_h = false, passes_dh = false;

    struct Forward {
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& i, V& f, V& g, V& o, V& c, V& h, const V& c_before) const {
            using namespace math;
            i = sigmoid(i);
            f = sigmoid(f);
            g = tanh(g);
            o = sigmoid(o);
            c = f * c_before + i * g;
            h = o * tanh(c);
        }
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& i, V& f, V& g, V& o, V& c, V& h, const V& c_before,
                                           const V& input_i, const V& hidden_i, const V& input_f,
                                           const V& hidden_f, const V& input_g, const V& hidden_g,
                                           const V& input_o, const V& hidden_o) const {
            i += input_i + hidden_i;
            f += input_f + hidden_f;
            g += input_g + hidden_g;
            o += input_o + hidden_o;
            (*this)(i, f, g, o, c, h, c_before);
        }
    };
    struct Backward {
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& i, V& f, V& g, V& o, V& dc, const V& c, const V& c_before,
                                           const V& dy, const V& dh_behind) const {
            using namespace math;
            const V one(1), dh = dy + dh_behind, tanh_c = tanh(c);
            const V dc_here = dc + dh * o * (one - tanh_c * tanh_c);
            dc = dc_here * f;
            const V di = dc_here * g * i * (one - i);
            g = dc_here * i * (one - g * g);
            i = di;
            f = dc_here * c_before * f * (one - f);
            o = dh * tanh_c * o * (one - o);
        }
    };

    template <Size hidden, bool bias, class T>
    static void forward(auto& device, const RecurrenceStep<T>& step) {
        if (!step.first)
            device.product(
                StridedMatrix<const T>{step.h_before.data, step.batch, hidden, step.h_before.stride},
                transposed(StridedMatrix<const T>{step.weight_hh, gates * hidden, hidden, hidden}),
                StridedMatrix<T>{step.gates.data, step.batch, gates * hidden, step.gates.stride}, true);
        const auto gate = [&](Size k) { return columns_from(step.gates, k * hidden); };
        const auto run = [&](auto... biases) {
            device.for_each_in_rows(step.batch, hidden, Forward{}, gate(0), gate(1), gate(2), gate(3),
                                    step.cell, step.h, step.cell_before, biases...);
        };
        const auto input = [&](Size k) { return same_row(step.bias_ih + k * hidden); };
        const auto state = [&](Size k) { return same_row(step.bias_hh + k * hidden); };
        if constexpr (bias)
            run(input(0), state(0), input(1), state(1), input(2), state(2), input(3), state(3));
        else
            run();
    }
    template <Size hidden, class T>
    static void backward(auto& device, const RecurrenceStep<T>& step,
                         const RecurrenceGradients<T>& gradients) {
        const auto gate = [&](Size k) { return columns_from(step.gates, k * hidden); };
        device.for_each_in_rows(step.batch, hidden, Backward{}, gate(0), gate(1), gate(2), gate(3),
                                gradients.dcell, read_only(step.cell), step.cell_before, gradients.dy,
                                read_only(gradients.dh));
    }
};

}  // namespace detail

inline void write_LSTM_In_Hidden_or_LSTM_Hidden_then_num_layers_no_bias_or_bidirectional() {}

template <auto... Arguments>
struct LSTM {
    double dropout = 0;

    using Sequence =
        detail::Recurrence<detail::LstmCell,
                           detail::RecurrenceArguments<detail::GatedRecurrenceArguments, Arguments...>>;
    static constexpr Reason wrong_arguments = Sequence::wrong_arguments;
    static constexpr Reason usage =
        &write_LSTM_In_Hidden_or_LSTM_Hidden_then_num_layers_no_bias_or_bidirectional;
    static constexpr LayerTraits traits = {.keeps = Keeps::both};
    static constexpr bool gradients_together = true;

    static constexpr ShapeOutcome output_shape(Dims given) { return Sequence::output_shape(given); }
    template <class Given>
    static auto find_remedy() {
        return detail::sequence_remedy<strata::LSTM, Given, Sequence::stated_in, Arguments...>();
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
        Sequence::forward(device, "LSTM", dropout, x, y, operands...);
    }
    static void infer(auto& device, auto x, auto y, auto... parameters) {
        Sequence::infer(device, x, y, parameters...);
    }
    void backward(auto& device, auto x, auto y, auto dy, auto dx, auto... operands) const {
        Sequence::backward(device, dropout, x, y, dy, dx, operands...);
    }
};

}  // namespace strata
