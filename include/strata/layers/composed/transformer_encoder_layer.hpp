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

inline void
write_TransformerEncoderLayer_E_Heads_or_E_Heads_FeedForward_then_causal_or_norm_first_or_gelu_activation() {}

namespace detail {

/// The attention with the options that are its own.
template <Size E, Size Heads, bool is_causal>
using TransformerAttention = std::conditional_t<is_causal, MultiheadAttention<int(E), int(Heads), causal>,
                                                MultiheadAttention<int(E), int(Heads)>>;

template <Size E, Size Heads, Size FeedForward, bool is_causal>
struct TransformerMembers
    : Module<Named<"self_attn", TransformerAttention<E, Heads, is_causal>>,
             Named<"linear1", Linear<int(E), int(FeedForward)>>, Named<"dropout", Dropout>,
             Named<"linear2", Linear<int(FeedForward), int(E)>>, Named<"norm1", LayerNorm<int(E)>>,
             Named<"norm2", LayerNorm<int(E)>>, Named<"dropout1", Dropout>, Named<"dropout2", Dropout>> {
    constexpr explicit TransformerMembers(double p)
        : TransformerMembers::Module({.dropout = p}, {}, {.p = p}, {}, {}, {}, {.p = p}, {.p = p}) {}
};
/// In their place where the arguments are wrong: no module, but a layer that says so.
struct WronglyWritten {
    constexpr explicit WronglyWritten(double) {}
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
};

template <auto... Arguments>
struct TransformerLayout {
    static constexpr LayerArguments<Causal, NormOrder, TransformerActivation> arguments{
        {.least = 2, .most = 3}, Arguments...};
    static constexpr Size e = arguments.size(0, 1), heads = arguments.size(1, 1);
    static constexpr Size feed_forward = arguments.size(2, 2048);
    static constexpr bool is_causal = arguments.has<Causal>();
    using Members = std::conditional_t<arguments.is_wrong, WronglyWritten,
                                       TransformerMembers<e, heads, feed_forward, is_causal>>;
};

}  // namespace detail

template <auto... Arguments>
struct TransformerEncoderLayer : detail::TransformerLayout<Arguments...>::Members {
    static constexpr auto arguments = detail::TransformerLayout<Arguments...>::arguments;
    static constexpr Reason wrong_arguments = arguments.wrong;
    static constexpr Reason usage =
        &write_TransformerEncoderLayer_E_Heads_or_E_Heads_FeedForward_then_causal_or_norm_first_or_gelu_activation;
    static constexpr bool norms_first = arguments.template has<NormOrder>();
    static constexpr bool has_gelu = arguments.template has<TransformerActivation>();

    constexpr explicit TransformerEncoderLayer(double dropout = 0.1)
        : detail::TransformerLayout<Arguments...>::Members(dropout) {}

    static constexpr auto forward(auto self, auto x) {
        const auto attend = [&](auto h) { return self["dropout1"](self["self_attn"](h)); };
        const auto feed_forward = [&](auto h) {
            h = self["linear1"](h);
            h = has_gelu ? gelu(h) : relu(h);
            return self["dropout2"](self["linear2"](self["dropout"](h)));
        };
        if (norms_first) {
            x = x + attend(self["norm1"](x));
            return x + feed_forward(self["norm2"](x));
        }
        x = self["norm1"](x + attend(x));
        return self["norm2"](x + feed_forward(x));
    }
};

}  // namespace strata
