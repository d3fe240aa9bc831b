#pragma once
// Self-attention: per head softmax(q kᵀ / sqrt(E / heads)) v, where q, k, v are an affine map of x, and an
// affine map of all heads' results side by side.
//
// Shapes: (T, E) -> (T, E). `MultiheadAttention<E, Heads>`, or `MultiheadAttention<Heads>`, which takes E
// from the layer before it; Heads divides E.
// Options behind the sizes: `causal`: position t sees the positions 0 .. t; `no_bias` leaves out all biases.
// A member: dropout = 0, of the attention's probabilities, in [0, 1]; none in inference.
//
// Parameters: in_proj_weight (3E, E), in_proj_bias (3E), out_proj.weight (E, E), out_proj.bias (E).
// Initial values: in_proj_weight by Xavier (uniform), out_proj.weight U(-1/sqrt(E), 1/sqrt(E)), biases 0.
// Saved: q, k, v, the probabilities (Heads T T), the heads' results.
//
// Source: torch.nn.MultiheadAttention as `layer(x, x, x, need_weights=False, attn_mask=causal mask)` with
// batch_first=True; A. Vaswani et al., "Attention is all you need", NeurIPS 2017. On the Cpu dropout draws
// PyTorch's masks. Keys and values of another sequence: device.scaled_dot_product_attention.

#include <strata/core/operations/attention.hpp>
#include <strata/core/refuse_option.hpp>
#include <strata/core/tensor.hpp>
#include <strata/init/constant.hpp>
#include <strata/init/kaiming.hpp>
#include <strata/init/uniform.hpp>
#include <strata/init/xavier.hpp>
#include <strata/layers/shared/sequence.hpp>
#include <tuple>

namespace strata {

enum class Causal { on };
inline constexpr Causal causal = Causal::on;

inline void write_MultiheadAttention_EmbedDim_Heads_or_MultiheadAttention_Heads_then_causal_or_no_bias() {}
inline void its_heads_must_divide_its_embed_dim() {}
inline void its_last_extent_must_be_a_multiple_of_its_heads_whose_number_is() {}

template <auto... Arguments>
struct MultiheadAttention {
    double dropout = 0;

    static constexpr LayerArguments<Causal, Bias> arguments = [] {
        LayerArguments<Causal, Bias> all{{.least = 1, .most = 2}, Arguments...};
        if (all.size(-2, 0) % all.size(-1, 1) != 0) all.refuse(&its_heads_must_divide_its_embed_dim);
        return all;
    }();
    static constexpr Reason wrong_arguments = arguments.wrong;
    static constexpr Reason usage =
        &write_MultiheadAttention_EmbedDim_Heads_or_MultiheadAttention_Heads_then_causal_or_no_bias;
    static constexpr Size embed_dim = arguments.size(-2, 0);  // 0: any
    static constexpr Size heads = arguments.size(-1, 1);
    static constexpr bool is_causal = arguments.has<Causal>();
    static constexpr bool has_bias = !arguments.has<Bias>();

    static constexpr LayerTraits traits = {.keeps = Keeps::input};
    static constexpr bool gradients_together = true;

    static constexpr ShapeOutcome output_shape(Dims given) {
        if (!detail::is_sequence(given, embed_dim)) return detail::refuse_sequence(given, embed_dim);
        if (given.last() % heads != 0)
            return refuse(&its_last_extent_must_be_a_multiple_of_its_heads_whose_number_is, dims(heads));
        return accept(given);
    }
    template <class Given>
    static auto find_remedy() {
        return detail::sequence_remedy<strata::MultiheadAttention, Given, embed_dim, Arguments...>();
    }
    template <class Given>
    using remedy = decltype(find_remedy<Given>());
    static constexpr Dims input_shape() { return dims(0, embed_dim); }
    static constexpr auto parameters(Dims given) {
        const Size e = given.last();
        if constexpr (has_bias)
            return parameter_list({{"in_proj_weight", dims(3 * e, e)},
                                   {"in_proj_bias", dims(3 * e)},
                                   {"out_proj.weight", dims(e, e)},
                                   {"out_proj.bias", dims(e)}});
        else
            return parameter_list({{"in_proj_weight", dims(3 * e, e)}, {"out_proj.weight", dims(e, e)}});
    }
    /// q, k, v; the probabilities; the heads' results; their gradient in the backward pass.
    static constexpr Size saved(Dims given) {
        return 5 * given.elements() + heads * given.extent[0] * given.extent[0];
    }
    static constexpr Size multiply_adds(Dims given) {
        return plus(times(given.elements(), given.last(), 4), times(given.elements(), given.extent[0], 2));
    }

    static void initialize(Generator& generator, auto in_weight, auto... rest) {
        const auto values = std::make_tuple(rest...);
        const auto out_weight = std::get < has_bias ? 1 : 0 > (values);
        const Size e = in_weight.columns;
        // As PyTorch constructs it: out_proj as a Linear, then in_proj_weight, then zeros for the biases.
        const double gain = init::calculate_gain(init::Nonlinearity::leaky_relu, std::sqrt(5.0));
        init::kaiming_uniform_(out_weight.data, out_weight.size(), e, gain, generator);
        if constexpr (has_bias) {
            const auto out_bias = std::get<2>(values);
            const double bound = 1 / std::sqrt(static_cast<double>(e));
            init::uniform_(out_bias.data, out_bias.size(), -bound, bound, generator);
        }
        init::xavier_uniform_(in_weight.data, in_weight.size(), init::Fan{e, 3 * e}, 1.0, generator);
        if constexpr (has_bias) {
            init::constant_(std::get<0>(values).data, 3 * e, 0);
            init::constant_(std::get<2>(values).data, e, 0);
        }
    }

    void forward(auto& device, auto x, auto y, auto... operands) const {
        if (!(dropout >= 0 && dropout <= 1))
            refuse_option("MultiheadAttention", "dropout", dropout, "in [0, 1]");
        run(device, dropout, x, y, operands...);
    }
    static void infer(auto& device, auto x, auto y, auto... operands) {
        using X = decltype(x);
        using T = typename decltype(y)::value_type;
        constexpr Size size = saved(X::dims);
        BatchView<T, typename decltype(y)::device_type, Shape<size>> room{
            device.template workspace<T>(x.batch * size), x.batch};
        run(device, 0, x, y, operands..., room);
    }

private:
    /// The parts of `saved`, and views of them.
    template <class T, class Device, class X>
    struct Parts {
        static constexpr Size length = X::dims.extent[0], e = X::dims.last();
        using Projected = BatchView<T, Device, Shape<length, 3 * e>>;
        using Results = BatchView<T, Device, Shape<length, e>>;

        Projected projected;
        Results results, gradient;
        T* probabilities;
        AttentionShape shape;

        Parts(T* saved, Size batch, double dropout)
            : projected{saved, batch}, results{saved + projected.size(), batch}, gradient{results.data +
                                                                                              results.size(),
                                                                                          batch},
              probabilities(gradient.data + gradient.size()), shape{batch,     heads,     length, length,
                                                                    e / heads, is_causal, dropout} {}

        HeadsView<T> head_rows(Results view) const { return {view.data, length * e, e}; }
        HeadsView<T> q() const { return {projected.data, length * 3 * e, 3 * e}; }
        HeadsView<T> k() const { return {projected.data + e, length * 3 * e, 3 * e}; }
        HeadsView<T> v() const { return {projected.data + 2 * e, length * 3 * e, 3 * e}; }
    };
    template <class T, class Device, class X>
    static Parts<T, Device, X> parts(X x, T* saved, double dropout) {
        return Parts<T, Device, X>(saved, x.batch, dropout);
    }

    static void run(auto& device, double dropout, auto x, auto y, auto in_weight, auto... rest) {
        using Y = decltype(y);
        using T = typename Y::value_type;
        const auto operands = std::make_tuple(rest...);
        const auto saved = std::get<sizeof...(rest) - 1>(operands);
        const auto at = parts<T, typename Y::device_type>(x, saved.data, dropout);
        const auto out_weight = std::get < has_bias ? 1 : 0 > (operands);
        if constexpr (has_bias)
            device.affine(x, in_weight, std::get<0>(operands), at.projected);
        else
            device.matmul_transposed(x, in_weight, at.projected);
        device.scaled_dot_product_attention(at.shape, at.q(), at.k(), at.v(), at.head_rows(at.results),
                                            at.probabilities);
        if constexpr (has_bias)
            device.affine(at.results, out_weight, std::get<2>(operands), y);
        else
            device.matmul_transposed(at.results, out_weight, y);
    }

public:
    void backward(auto& device, auto x, auto, auto dy, auto dx, auto... operands) const {
        using DX = decltype(dx);
        using T = typename DX::value_type;
        const auto all = std::make_tuple(operands...);
        constexpr Size count = has_bias ? 4 : 2, out = has_bias ? 2 : 1;
        const auto at = parts<T, typename DX::device_type>(x, std::get<2 * count>(all).data, dropout);
        const auto in_weight = std::get<0>(all);
        const auto out_weight = std::get<out>(all);
        const auto in_gradient = std::get<count>(all);
        const auto out_gradient = std::get<count + out>(all);

        if constexpr (has_bias)
            device.affine_gradients(dy, at.results, out_gradient, std::get<count + 3>(all));
        else
            device.affine_gradients(dy, at.results, out_gradient);
        device.matmul(dy, out_weight, at.gradient);
        device.scaled_dot_product_attention_backward(at.shape, at.q(), at.k(), at.v(), at.probabilities,
                                                     at.head_rows(at.gradient), at.q(), at.k(), at.v());
        if constexpr (has_bias)
            device.affine_gradients(at.projected, x, in_gradient, std::get<count + 1>(all));
        else
            device.affine_gradients(at.projected, x, in_gradient);
        if (dx.data != nullptr) device.matmul(at.projected, in_weight, dx);
    }
};

}  // namespace strata
