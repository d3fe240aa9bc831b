#pragma once
// y = tanh(x)
//
// Shapes: any -> the same.
// Gradient: dx = dy (1 - y^2).
// Source: torch.nn.Tanh.

#include <strata/core/math.hpp>
#include <strata/core/network/layer.hpp>
#include <strata/core/network/trace.hpp>

namespace strata {

struct Tanh {
    static constexpr LayerTraits traits = {.keeps = Keeps::output, .in_place = true};

    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return tanh(x);
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& y, const V& dy) const {
            return dy * (V(1) - y * y);
        }
    };

    static void forward(auto& device, auto x, auto y) { device.map(Function{}, y, x); }
    static void backward_input(auto& device, auto, auto y, auto dy, auto dx) {
        device.map(Gradient{}, dx, y, dy);
    }
};

constexpr Value tanh(Value x) { return apply<Tanh>(x); }

}  // namespace strata
