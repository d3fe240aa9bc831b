#pragma once
// v = alpha v + (1 - alpha) g²,  d = g / (sqrt(v) + eps),  b = momentum b + d,  p -= lr b;
// centered: a = alpha a + (1 - alpha) g, and v - a² takes v's place under the root
//
// Options: lr = 1e-2, alpha = 0.99, eps = 1e-8, weight_decay = 0 (added to the gradient), momentum = 0,
// centered = false, maximize = false.
// Source: torch.optim.RMSprop; G. Hinton's lecture 6e, 2012; A. Graves, "Generating sequences with recurrent
// neural networks", 2013 (centered).
// Where rounding makes v - a² negative, PyTorch's step is NaN; here it counts as 0.

#include <strata/core/config.hpp>
#include <strata/optimizers/optimizer.hpp>

namespace strata {

struct RMSprop {
    double lr = 1e-2;
    double alpha = 0.99;
    double eps = 1e-8;
    double weight_decay = 0;
    double momentum = 0;
    bool centered = false;
    bool maximize = false;

    friend bool operator==(const RMSprop&, const RMSprop&) = default;

    void validate() const;
    /// Centered always keeps b too, so that there are three rules and not four.
    StatesInUse states() const { return {true, momentum > 0 || centered, centered}; }

    struct Rule {
        double lr, alpha, eps, weight_decay, momentum, sign;

        template <class V>
        STRATA_HOST_DEVICE void operator()(V& p, const V& gradient, V& v) const {
            using namespace math;
            const V g = average_square(p, gradient, v);
            p -= V(lr) * g / (sqrt(v) + V(eps));
        }
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& p, const V& gradient, V& v, V& buffer) const {
            using namespace math;
            const V g = average_square(p, gradient, v);
            buffer = V(momentum) * buffer + g / (sqrt(v) + V(eps));
            p -= V(lr) * buffer;
        }
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& p, const V& gradient, V& v, V& buffer, V& average) const {
            using namespace math;
            const V g = average_square(p, gradient, v);
            average = V(alpha) * average + V(1 - alpha) * g;
            const V variance = max(v - average * average, V(0));
            buffer = V(momentum) * buffer + g / (sqrt(variance) + V(eps));
            p -= V(lr) * buffer;
        }
        template <class V>
        STRATA_HOST_DEVICE V average_square(const V& p, const V& gradient, V& v) const {
            const V g = V(sign) * gradient + V(weight_decay) * p;
            v = V(alpha) * v + V(1 - alpha) * g * g;
            return g;
        }
    };

    template <class T>
    STRATA_HOST_DEVICE Rule rule(OptimizerClock&) const {
        return {.lr = lr,
                .alpha = alpha,
                .eps = detail::positive_eps<T>(eps),
                .weight_decay = weight_decay,
                .momentum = momentum,
                .sign = maximize ? -1.0 : 1.0};
    }
    template <class T>
    void update(auto& device, const OptimizerStep<T>& at) const {
        if (centered)
            device.update(*this, at, at.state[0], at.state[1], at.state[2]);
        else if (momentum > 0)
            device.update(*this, at, at.state[0], at.state[1]);
        else
            device.update(*this, at, at.state[0]);
    }
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void RMSprop::validate() const {
    check_option(lr >= 0, "RMSprop", "lr", lr, "at least 0");
    check_option(alpha >= 0, "RMSprop", "alpha", alpha, "at least 0");
    check_option(eps >= 0, "RMSprop", "eps", eps, "at least 0");
    check_option(weight_decay >= 0, "RMSprop", "weight_decay", weight_decay, "at least 0");
    check_option(momentum >= 0, "RMSprop", "momentum", momentum, "at least 0");
}

}  // namespace strata
#endif
