#pragma once
// y = (x - mean) / sqrt(variance + eps) weight + bias, with the mean and variance of each row: of the last
// extents of a sample.
//
// Shapes: any -> the same. `LayerNorm<>` normalises the last extent; `LayerNorm<64>`, `LayerNorm<4, 64>`
// state PyTorch's normalized_shape, and the last extents are checked against it.
// Options behind the sizes: no_affine (no weight, no bias), no_bias. A member: eps = 1e-5.
//
// Parameters, of the shape that is normalised: weight, at first 1, bias, at first 0.
// Gradient: with x^ = (x - mean) / std, g = dy weight and means over the row, dx = (g - mean(g) -
// x^ mean(g x^)) / std.
// Saved: mean and 1 / std of each row. Without weight y is kept instead of x, and x may be overwritten.
//
// Source: torch.nn.LayerNorm; J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer Normalization", 2016.

#include <strata/layers/shared/normalization.hpp>

namespace strata {

inline void write_LayerNorm_or_LayerNorm_of_the_last_extents_then_no_affine_or_no_bias() {}

template <auto... Arguments>
struct LayerNorm {
    double eps = 1e-5;

    static constexpr LayerArguments<NoAffine, Bias> arguments{{.least = 0, .most = max_rank}, Arguments...};
    static constexpr bool has_weight = !arguments.has<NoAffine>();
    static constexpr bool has_bias = has_weight && !arguments.has<Bias>();
    static constexpr detail::NormalizedShape shape = detail::NormalizedShape::of(arguments);
    using Norm = detail::RowNorm<has_weight, has_bias, true>;

    static constexpr Reason wrong_arguments = arguments.wrong;
    static constexpr Reason usage =
        &write_LayerNorm_or_LayerNorm_of_the_last_extents_then_no_affine_or_no_bias;
    static constexpr LayerTraits traits = Norm::traits;
    static constexpr bool gradients_together = true;

    static constexpr ShapeOutcome output_shape(Dims given) { return shape.check_fit(given); }
    static constexpr Dims input_shape() { return shape.stated.rank > 0 ? shape.stated : dims(0); }
    static constexpr auto parameters(Dims given) {
        if constexpr (has_bias)
            return parameter_list({{"weight", shape.in(given)}, {"bias", shape.in(given)}});
        else if constexpr (has_weight)
            return parameter_list({{"weight", shape.in(given)}});
        else
            return ParameterList<0>{};
    }
    static constexpr Size saved(Dims given) { return Norm::saved_of_a_row * shape.rows(given).rows; }
    static void initialize(Generator&, auto... parameters) { detail::initialize_affine(parameters...); }

    void forward(auto& device, auto x, auto y, auto... operands) const {
        Norm::forward(device, eps, shape.rows(decltype(x)::dims), x, y, operands...);
    }
    void infer(auto& device, auto x, auto y, auto... parameters) const {
        Norm::infer(device, eps, shape.rows(decltype(x)::dims), x, y, parameters...);
    }
    static void backward(auto& device, auto x, auto y, auto dy, auto dx, auto... operands) {
        Norm::backward(device, shape.rows(decltype(dx)::dims), x, y, dy, dx, operands...);
    }
};

}  // namespace strata
