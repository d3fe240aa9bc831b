#pragma once
// y = max(x, 0)
//
// Shapes: any -> the same.
// Source: torch.nn.ReLU.

#include <strata/core/math.hpp>
#include <strata/core/network/layer.hpp>
#include <strata/core/network/trace.hpp>

namespace strata {

struct ReLU {
    static constexpr LayerTraits traits = {.keeps = Keeps::output, .in_place = true};

    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return max(x, V(0));
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& y, const V& dy) const {
            using namespace math;
            return select(y == V(0), V(0), dy);  // where y is NaN, dy comes through, as in PyTorch
        }
    };

    static void forward(auto& device, auto x, auto y) { device.map(Function{}, y, x); }
    static void forward_behind_affine(auto& device, auto x, auto y, auto weight,
                                      auto bias) requires requires {
        device.affine_relu(x, weight, bias, y);
    }
    { device.affine_relu(x, weight, bias, y); }
    static void backward_input(auto& device, auto, auto y, auto dy, auto dx) {
        device.map(Gradient{}, dx, y, dy);
    }
};

constexpr Value relu(Value x) { return apply<ReLU>(x); }

}  // namespace strata
