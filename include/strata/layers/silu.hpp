#pragma once
// y = x s(x), with s(x) = 1 / (1 + exp(-x))
//
// Shapes: any -> the same.
// Gradient: dx = dy s (1 + x (1 - s)).
// Source: torch.nn.SiLU; S. Elfwing, E. Uchibe, K. Doya, arXiv:1702.03118.

#include <strata/core/math.hpp>
#include <strata/core/network/layer.hpp>
#include <strata/core/network/trace.hpp>

namespace strata {

struct SiLU {
    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};

    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return x * sigmoid(x);
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& dy) const {
            using namespace math;
            const V s = sigmoid(x);
            return dy * s * (V(1) + x * (V(1) - s));
        }
    };

    static void forward(auto& device, auto x, auto y) { device.map(Function{}, y, x); }
    static void backward_input(auto& device, auto x, auto, auto dy, auto dx) {
        device.map(Gradient{}, dx, x, dy);
    }
};

constexpr Value silu(Value x) { return apply<SiLU>(x); }

}  // namespace strata
