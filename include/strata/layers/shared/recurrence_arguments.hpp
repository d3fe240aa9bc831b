#pragma once
// The template arguments of RNN, LSTM and GRU as numbers, and the names of their parameters.

#include <strata/init/gain.hpp>
#include <strata/layers/shared/bias.hpp>
#include <strata/layers/shared/sequence.hpp>

namespace strata {

struct NumLayers {
    long long count = 1;
};
template <auto N>
inline constexpr NumLayers num_layers{static_cast<long long>(N)};

enum class Bidirectional { on };
/// A second recurrence that begins at the last time step; its hidden states stand behind those of the first.
inline constexpr Bidirectional bidirectional = Bidirectional::on;

inline void its_nonlinearity_is_tanh_or_relu() {}
inline void it_has_at_least_1_layer() {}

namespace detail {

/// The arguments of a recurrent layer, as numbers; `Taken` is the LayerArguments with its options.
template <class Taken, auto... Arguments>
struct RecurrenceArguments {
    static constexpr Taken arguments = [] {
        using init::Nonlinearity;
        Taken all{{.least = 1, .most = 2}, Arguments...};
        const Nonlinearity f = all.option(Nonlinearity::tanh);
        if (f != Nonlinearity::tanh && f != Nonlinearity::relu) all.refuse(&its_nonlinearity_is_tanh_or_relu);
        if (all.option(NumLayers{}).count < 1) all.refuse(&it_has_at_least_1_layer);
        return all;
    }();
    static constexpr Size in = arguments.size(-2, 0);  // 0: any
    static constexpr Size hidden = arguments.size(-1, 1);
    static constexpr Size layers = static_cast<Size>(arguments.option(NumLayers{}).count);
    static constexpr Size directions = arguments.template has<Bidirectional>() ? 2 : 1;
    static constexpr bool has_bias = !arguments.template has<Bias>();
    static constexpr init::Nonlinearity nonlinearity = arguments.option(init::Nonlinearity::tanh);
};

using GatedRecurrenceArguments = LayerArguments<NumLayers, Bias, Bidirectional>;

/// "weight_ih_l0", "bias_hh_l11_reverse": the name of a parameter, for as long as the program runs.
template <Size layer, bool reverse, Size part>
struct RecurrenceName {
    static constexpr auto text = [] {
        constexpr const char* parts[] = {"weight_ih_l", "weight_hh_l", "bias_ih_l", "bias_hh_l"};
        struct {
            char characters[48] = {};
        } result;
        Size at = 0;
        for (const char* from = parts[part]; *from != 0; ++from) result.characters[at++] = *from;
        Size power = 1;
        while (layer / power >= 10) power *= 10;
        for (; power > 0; power /= 10) result.characters[at++] = static_cast<char>('0' + layer / power % 10);
        if (reverse)
            for (const char* from = "_reverse"; *from != 0; ++from) result.characters[at++] = *from;
        return result;
    }();
};

}  // namespace detail
}  // namespace strata
