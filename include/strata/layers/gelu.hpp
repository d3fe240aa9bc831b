#pragma once
// y = x Phi(x), with the standard normal distribution function Phi(x) = (1 + erf(x / sqrt(2))) / 2
//
// Shapes: any -> the same.
// Options: approximate = Approximate::none; with Approximate::tanh
//   Phi(x) = (1 + tanh(u)) / 2,  u = sqrt(2 / pi) (x + 0.044715 x^3)
// Gradient: dx = dy (Phi(x) + x Phi'(x)).
// Source: torch.nn.GELU; D. Hendrycks, K. Gimpel, arXiv:1606.08415.

#include <strata/core/math.hpp>
#include <strata/core/network/layer.hpp>
#include <strata/core/network/trace.hpp>

namespace strata {

/// How GELU computes the normal distribution function.
enum class Approximate : unsigned char { none, tanh };

struct GELU {
    Approximate approximate = Approximate::none;

    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};

    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    static constexpr double root_half = 0.70710678118654752440;        // sqrt(1 / 2)
    static constexpr double density_at_zero = 0.39894228040143267794;  // 1 / sqrt(2 pi)
    static constexpr double tanh_scale = 2 * density_at_zero;          // sqrt(2 / pi)
    static constexpr double tanh_cubic = 0.044715;

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return x * V(0.5) * (V(1) + erf(x * V(root_half)));
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& dy) const {
            using namespace math;
            const V distribution = V(0.5) * (V(1) + erf(x * V(root_half)));
            const V density = V(density_at_zero) * exp(x * x * V(-0.5));
            return dy * (distribution + x * density);
        }
    };
    struct TanhFunction {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return x * V(0.5) * (V(1) + tanh(V(tanh_scale) * (x + V(tanh_cubic) * x * x * x)));
        }
    };
    struct TanhGradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& dy) const {
            using namespace math;
            const V t = tanh(V(tanh_scale) * (x + V(tanh_cubic) * x * x * x));
            const V slope = V(tanh_scale) * (V(1) + V(3 * tanh_cubic) * x * x);  // du/dx
            return dy * V(0.5) * ((V(1) + t) + x * (V(1) - t * t) * slope);
        }
    };

    void forward(auto& device, auto x, auto y) const {
        if (approximate == Approximate::tanh)
            device.map(TanhFunction{}, y, x);
        else
            device.map(Function{}, y, x);
    }
    void forward_behind_affine(auto& device, auto x, auto y, auto weight, auto bias) const requires requires {
        device.affine_gelu(x, weight, bias, y);
    }
    {
        if (approximate == Approximate::tanh) return device.affine_gelu(x, weight, bias, y);
        device.affine(x, weight, bias, y);
        forward(device, y, y);
    }
    void backward_input(auto& device, auto x, auto, auto dy, auto dx) const {
        if (approximate == Approximate::tanh)
            device.map(TanhGradient{}, dx, x, dy);
        else
            device.map(Gradient{}, dx, x, dy);
    }
};

constexpr Value gelu(Value x, Approximate approximate = Approximate::none) {
    return apply_with<GELU>({1, {static_cast<double>(approximate)}}, x);
}

}  // namespace strata
