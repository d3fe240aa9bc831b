#pragma once
// y = log(1 + exp(beta x)) / beta, and y = x where beta x > threshold
//
// Shapes: any -> the same.
// Options: beta = 1, threshold = 20.
// Gradient: dx = dy / (1 + exp(-beta x)), and dx = dy where beta x > threshold.
// Source: torch.nn.Softplus.

#include <strata/core/math.hpp>
#include <strata/core/network/layer.hpp>
#include <strata/core/network/trace.hpp>

namespace strata {

struct Softplus {
    double beta = 1;
    double threshold = 20;

    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};

    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        double beta, threshold;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            const V scaled = x * V(beta);
            return select(scaled > V(threshold), x, softplus(scaled) / V(beta));
        }
    };
    struct Gradient {
        double beta, threshold;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& dy) const {
            using namespace math;
            const V scaled = x * V(beta);
            return select(scaled > V(threshold), dy, dy * sigmoid(scaled));
        }
    };

    void forward(auto& device, auto x, auto y) const { device.map(Function{beta, threshold}, y, x); }
    void backward_input(auto& device, auto x, auto, auto dy, auto dx) const {
        device.map(Gradient{beta, threshold}, dx, x, dy);
    }
};

constexpr Value softplus(Value x, double beta = 1, double threshold = 20) {
    return apply_with<Softplus>({2, {beta, threshold}}, x);
}

}  // namespace strata
