#pragma once
// y = 1 / (1 + exp(-x))
//
// Shapes: any -> the same.
// Gradient: dx = dy y (1 - y).
// Source: torch.nn.Sigmoid.

#include <strata/core/math.hpp>
#include <strata/core/network/layer.hpp>
#include <strata/core/network/trace.hpp>

namespace strata {

struct Sigmoid {
    static constexpr LayerTraits traits = {
        .keeps = Keeps::output, .in_place = true, .kind = OutputKind::unit_interval};

    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return sigmoid(x);
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& y, const V& dy) const {
            return dy * y * (V(1) - y);
        }
    };

    static void forward(auto& device, auto x, auto y) { device.map(Function{}, y, x); }
    static void backward_input(auto& device, auto, auto y, auto dy, auto dx) {
        device.map(Gradient{}, dx, y, dy);
    }
};

constexpr Value sigmoid(Value x) { return apply<Sigmoid>(x); }

}  // namespace strata
