#pragma once
// y = min(max(x, low), high), clamp(x, -1, 1) in the forward of a module.
//
// Shapes: any -> the same.
// Gradient: dy for low <= x <= high, else 0.
// Source: torch.clamp.

#include <strata/core/math.hpp>
#include <strata/core/network/trace.hpp>

namespace strata {

struct Clamp {
    double low = 0, high = 1;

    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        double low, high;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return min(max(x, V(low)), V(high));
        }
    };
    struct Gradient {
        double low, high;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& dy) const {
            using namespace math;
            const V inside = select(x < V(low), V(0), select(x > V(high), V(0), dy));
            return select(x == x, inside, V(0));
        }
    };

    void forward(auto& device, auto x, auto y) const { device.map(Function{low, high}, y, x); }
    void backward_input(auto& device, auto x, auto, auto dy, auto dx) const {
        device.map(Gradient{low, high}, dx, x, dy);
    }
};

template <math::Scalar Low, math::Scalar High>
constexpr Value clamp(Value x, Low low, High high) {
    return apply_with<Clamp>({2, {static_cast<double>(low), static_cast<double>(high)}}, x);
}

}  // namespace strata
