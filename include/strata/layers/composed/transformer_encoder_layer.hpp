#pragma once
// A block of a transformer: self-attention, then two affine maps with an activation between, each with a way
// round and a normalisation.
//
//   x = norm1(x + dropout1(self_attn(x)))
//   y = norm2(x + dropout2(linear2(dropout(activation(linear1(x))))))
//
// With `norm_first` the normalisations stand at the beginning of each branch.
//
// Shapes: (T, E) -> (T, E). `TransformerEncoderLayer<E, Heads>` or `<E, Heads, FeedForward>` (2048 as in
// PyTorch).
// Options behind the sizes: `causal`: position t sees the positions 0 .. t; `norm_first`; `gelu_activation`
// instead of ReLU. The probability of all dropouts is the constructor's argument, 0.1.
//
// Parameters, named and initialised as PyTorch's: self_attn.*, linear1.*, linear2.*, norm1.*, norm2.*.
// Source: torch.nn.TransformerEncoderLayer with batch_first=True; A. Vaswani et al., NeurIPS 2017.

#include <strata/layers/dropout.hpp>
#include <strata/layers/gelu.hpp>
#include <strata/layers/layer_norm.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/multihead_attention.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>
#include <strata/models/residual.hpp>

namespace strata {

enum class NormOrder { first };
inline constexpr NormOrder norm_first = NormOrder::first;
enum class TransformerActivation { gelu };
inline constexpr TransformerActivation gelu_activation = TransformerActivation::gelu;

namespace detail {

template <class Option, auto... Arguments>
inline constexpr bool has_option = (std::is_same_v<std::remove_cv_t<decltype(Arguments)>, Option> || ...);

/// The attention with the options that are its own.
template <int E, int Heads, bool is_causal>
using TransformerAttention =
    std::conditional_t<is_causal, MultiheadAttention<E, Heads, causal>, MultiheadAttention<E, Heads>>;

template <auto... Options>
constexpr int feed_forward_of() {
    int size = 2048;
    ((std::is_integral_v<decltype(Options)> ? size = static_cast<int>(Options) : size), ...);
    return size;
}

template <int E, int Heads, auto... Options>
using TransformerMembers =
    Module<Named<"self_attn", TransformerAttention<E, Heads, has_option<Causal, Options...>>>,
           Named<"linear1", Linear<E, feed_forward_of<Options...>()>>, Named<"dropout", Dropout>,
           Named<"linear2", Linear<feed_forward_of<Options...>(), E>>, Named<"norm1", LayerNorm<E>>,
           Named<"norm2", LayerNorm<E>>, Named<"dropout1", Dropout>, Named<"dropout2", Dropout>>;

}  // namespace detail

template <int E, int Heads, auto... Options>
struct TransformerEncoderLayer : detail::TransformerMembers<E, Heads, Options...> {
    constexpr explicit TransformerEncoderLayer(double dropout = 0.1)
        : detail::TransformerMembers<E, Heads, Options...>({.dropout = dropout}, {}, {.p = dropout}, {}, {},
                                                           {}, {.p = dropout}, {.p = dropout}) {}

    static constexpr auto forward(auto self, auto x) {
        const auto attend = [&](auto h) { return self["dropout1"](self["self_attn"](h)); };
        const auto feed_forward = [&](auto h) {
            h = self["linear1"](h);
            h = detail::has_option<TransformerActivation, Options...> ? gelu(h) : relu(h);
            return self["dropout2"](self["linear2"](self["dropout"](h)));
        };
        if (detail::has_option<NormOrder, Options...>) {
            x = x + attend(self["norm1"](x));
            return x + feed_forward(self["norm2"](x));
        }
        x = self["norm1"](x + attend(x));
        return self["norm2"](x + feed_forward(x));
    }
};

}  // namespace strata
