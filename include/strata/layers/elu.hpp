#pragma once
// y = x for x > 0, else alpha (exp(x) - 1)
//
// Shapes: any -> the same.
// Options: alpha = 1, at least 0: the backward pass computes alpha exp(x) as y + alpha, so that x need not be
// kept. A negative one throws ValueError in forward (PyTorch takes it unless it works in place).
// Source: torch.nn.ELU; D.-A. Clevert, T. Unterthiner, S. Hochreiter, ICLR 2016.

#include <strata/core/math.hpp>
#include <strata/core/network/layer.hpp>
#include <strata/core/network/trace.hpp>
#include <strata/core/refuse_option.hpp>

namespace strata {

struct ELU {
    double alpha = 1;

    static constexpr LayerTraits traits = {.keeps = Keeps::output, .in_place = true};

    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        double alpha;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return select(x > V(0), x, V(alpha) * expm1(x));
        }
    };
    struct Gradient {
        double alpha;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& y, const V& dy) const {
            using namespace math;
            return select(y > V(0), dy, dy * (y + V(alpha)));  // at the kink alpha, as PyTorch
        }
    };

    void forward(auto& device, auto x, auto y) const {
        if (!(alpha >= 0)) refuse_option("ELU", "alpha", alpha, "at least 0");
        device.map(Function{alpha}, y, x);
    }
    void backward_input(auto& device, auto, auto y, auto dy, auto dx) const {
        device.map(Gradient{alpha}, dx, y, dy);
    }
};

constexpr Value elu(Value x, double alpha = 1) { return apply_with<ELU>({1, {alpha}}, x); }

}  // namespace strata
