#pragma once
// y = x min(max(x + 3, 0), 6) / 6
//
// Shapes: any -> the same.
// Gradient: dx = 0 for x < -3, dy (x / 3 + 1 / 2) up to 3, dy above.
// Source: torch.nn.Hardswish; A. Howard et al., arXiv:1905.02244.

#include <strata/core/math.hpp>
#include <strata/core/network/layer.hpp>
#include <strata/core/network/trace.hpp>

namespace strata {

struct Hardswish {
    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};

    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return x * min(max(x + V(3), V(0)), V(6)) * V(1.0 / 6);
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& dy) const {
            using namespace math;
            const V inside = dy * (x * V(1.0 / 3) + V(0.5));
            return select(x < V(-3), V(0), select(V(3) < x, dy, inside));
        }
    };

    static void forward(auto& device, auto x, auto y) { device.map(Function{}, y, x); }
    static void backward_input(auto& device, auto x, auto, auto dy, auto dx) {
        device.map(Gradient{}, dx, x, dy);
    }
};

constexpr Value hardswish(Value x) { return apply<Hardswish>(x); }

}  // namespace strata
