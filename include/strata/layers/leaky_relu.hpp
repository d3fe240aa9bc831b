#pragma once
// y = x for x > 0, else negative_slope x
//
// Shapes: any -> the same.
// Options: negative_slope = 0.01, at least 0: the backward pass tells the side of the kink from y, so that x
// need not be kept. A negative one throws ValueError in forward (PyTorch takes it unless it works in place).
// Source: torch.nn.LeakyReLU.

#include <strata/core/math.hpp>
#include <strata/core/network/layer.hpp>
#include <strata/core/network/trace.hpp>
#include <strata/core/refuse_option.hpp>

namespace strata {

struct LeakyReLU {
    double negative_slope = 0.01;

    static constexpr LayerTraits traits = {.keeps = Keeps::output, .in_place = true};

    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        double negative_slope;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return select(x > V(0), x, x * V(negative_slope));
        }
    };
    struct Gradient {
        double negative_slope;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& y, const V& dy) const {
            using namespace math;
            return select(y > V(0), dy, dy * V(negative_slope));
        }
    };

    void forward(auto& device, auto x, auto y) const {
        if (!(negative_slope >= 0))
            refuse_option("LeakyReLU", "negative_slope", negative_slope, "at least 0");
        device.map(Function{negative_slope}, y, x);
    }
    void backward_input(auto& device, auto, auto y, auto dy, auto dx) const {
        device.map(Gradient{negative_slope}, dx, y, dy);
    }
};

constexpr Value leaky_relu(Value x, double negative_slope = 0.01) {
    return apply_with<LeakyReLU>({1, {negative_slope}}, x);
}

}  // namespace strata
