#pragma once
// The template arguments of RNN, LSTM and GRU as numbers, and the names of their parameters.

#include <strata/init/gain.hpp>
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

inline void write_its_sizes_In_Hidden__or_Hidden_alone() {}
inline void write_each_of_its_options_once_and_behind_the_sizes() {}
inline void only_RNN_has_a_nonlinearity_to_choose() {}
inline void its_nonlinearity_is_tanh_or_relu() {}
inline void it_has_at_least_1_layer() {}
inline void its_input_and_hidden_sizes_must_be_at_least_1() {}

namespace detail {

/// The arguments of a recurrent layer, as numbers.
template <bool takes_nonlinearity, auto... Arguments>
struct RecurrenceArguments {
    using Written = SizesAndOptions<Arguments...>;
    static constexpr long long asked_layers = Written::find(NumLayers{}).count;
    static constexpr init::Nonlinearity nonlinearity = Written::find(init::Nonlinearity::tanh);
    static constexpr bool has_bias = Written::template count<Bias>() == 0;

    static constexpr Reason wrong = [] {
        using init::Nonlinearity;
        if (Written::has_bool) return Reason{&write_no_bias_and_not_false_or_true};
        if (Written::size_count != 1 && Written::size_count != 2)
            return Reason{&write_its_sizes_In_Hidden__or_Hidden_alone};
        if (!Written::template in_order<Bias, Bidirectional, NumLayers, Nonlinearity>())
            return Reason{&write_each_of_its_options_once_and_behind_the_sizes};
        if (!takes_nonlinearity && Written::template count<Nonlinearity>() > 0)
            return Reason{&only_RNN_has_a_nonlinearity_to_choose};
        if (nonlinearity != Nonlinearity::tanh && nonlinearity != Nonlinearity::relu)
            return Reason{&its_nonlinearity_is_tanh_or_relu};
        if (asked_layers < 1) return Reason{&it_has_at_least_1_layer};
        if (Written::first < 1 || Written::last < 1)
            return Reason{&its_input_and_hidden_sizes_must_be_at_least_1};
        return Reason{nullptr};
    }();
    static constexpr bool sound = wrong == nullptr;
    static constexpr Size in = sound && Written::has_two_sizes ? Size(Written::first) : 0;  // 0: any
    static constexpr Size hidden = sound ? Size(Written::last) : 1;
    static constexpr Size layers = sound ? Size(asked_layers) : 1;
    static constexpr Size directions = Written::template count<Bidirectional>() > 0 ? 2 : 1;
};

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
