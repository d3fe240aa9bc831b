#pragma once
// y = x / sqrt(mean(x^2) + eps) weight, with the mean over each row: over the last extents of a sample.
//
// Shapes: any -> the same. `RMSNorm<>` normalises the last extent; `RMSNorm<64>`, `RMSNorm<4, 64>` state
// PyTorch's normalized_shape, and the last extents are checked against it.
// An option behind the sizes: no_affine (no weight). A member: eps = machine_epsilon, PyTorch's None: 1.19e-7
// for float, 2.22e-16 for double.
//
// Parameters: weight, of the shape that is normalised, at first 1.
// Gradient: with x^ = x / rms, g = dy weight and the mean over the row, dx = (g - x^ mean(g x^)) / rms.
// Saved: 1 / rms of each row. Without weight y is kept instead of x, and x may be overwritten.
//
// Source: torch.nn.RMSNorm (since PyTorch 2.4); B. Zhang and R. Sennrich, "Root Mean Square Layer
// Normalization", NeurIPS 2019.

#include <limits>
#include <strata/core/math.hpp>
#include <strata/layers/shared/normalization.hpp>

namespace strata {

inline void write_RMSNorm_or_RMSNorm_of_the_last_extents_then_no_affine() {}

template <auto... Arguments>
struct RMSNorm {
    double eps = machine_epsilon;

    static constexpr LayerArguments<NoAffine> arguments{{.least = 0, .most = max_rank}, Arguments...};
    static constexpr bool has_weight = !arguments.has<NoAffine>();
    static constexpr detail::NormalizedShape shape = detail::NormalizedShape::of(arguments);
    using Norm = detail::RowNorm<has_weight, false, false>;

    static constexpr Reason wrong_arguments = arguments.wrong;
    static constexpr Reason usage = &write_RMSNorm_or_RMSNorm_of_the_last_extents_then_no_affine;
    static constexpr LayerTraits traits = Norm::traits;
    static constexpr bool gradients_together = true;

    static constexpr ShapeOutcome output_shape(Dims given) { return shape.check_fit(given); }
    static constexpr Dims input_shape() { return shape.stated.rank > 0 ? shape.stated : dims(0); }
    static constexpr auto parameters(Dims given) {
        if constexpr (has_weight)
            return parameter_list({{"weight", shape.in(given)}});
        else
            return ParameterList<0>{};
    }
    static constexpr Size saved(Dims given) { return Norm::saved_of_a_row * shape.rows(given).rows; }
    static void initialize(Generator&, auto... parameters) { detail::initialize_affine(parameters...); }

    void forward(auto& device, auto x, auto y, auto... operands) const {
        Norm::forward(device, epsilon<decltype(x)>(), shape.rows(decltype(x)::dims), x, y, operands...);
    }
    void infer(auto& device, auto x, auto y, auto... parameters) const {
        Norm::infer(device, epsilon<decltype(x)>(), shape.rows(decltype(x)::dims), x, y, parameters...);
    }
    static void backward(auto& device, auto x, auto y, auto dy, auto dx, auto... operands) {
        Norm::backward(device, shape.rows(decltype(dx)::dims), x, y, dy, dx, operands...);
    }

private:
    template <class X>
    double epsilon() const {
        if (!detail::is_nan(eps)) return eps;
        return static_cast<double>(
            std::numeric_limits<std::remove_const_t<typename X::value_type>>::epsilon());
    }
};

}  // namespace strata
