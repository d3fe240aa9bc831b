#pragma once
// y = x^exponent, pow(x, 3) in the forward of a module.
//
// Shapes: any -> the same.
// A negative x has a power if the exponent is a whole number; else NaN. The exponents 2, 0.5 and -1 cost what
// square, sqrt and 1 / x cost.
// Gradient: dx = dy exponent x^(exponent - 1), and 0 for the exponent 0.
// Source: torch.pow.

#include <strata/core/math.hpp>
#include <strata/core/network/trace.hpp>

namespace strata {

struct Pow {
    double exponent = 1;

    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        double exponent;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            if (exponent == 2) return x * x;
            if (exponent == 1) return x;
            if (exponent == 0) return V(1);
            if (exponent == 0.5) return sqrt(x);
            if (exponent == -1) return V(1) / x;
            return pow(x, V(exponent));
        }
    };
    struct Gradient {
        double exponent;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& dy) const {
            return dy * (V(exponent) * Function{exponent - 1}(x));
        }
    };

    void forward(auto& device, auto x, auto y) const { device.map(Function{exponent}, y, x); }
    void backward_input(auto& device, auto x, auto, auto dy, auto dx) const {
        using T = typename decltype(dx)::value_type;
        if (exponent == 0)
            device.fill(dx.data, dx.size(), T(0));
        else
            device.map(Gradient{exponent}, dx, x, dy);
    }
};

template <math::Scalar N>
constexpr Value pow(Value x, N exponent) {
    return apply_with<Pow>({1, {static_cast<double>(exponent)}}, x);
}

}  // namespace strata
