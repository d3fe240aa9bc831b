#pragma once
// p -= lr (sign(c) + weight_decay p),  c = b1 m + (1 - b1) g,  m = b2 m + (1 - b2) g
//
// Options: lr = 1e-4, betas = {0.9, 0.99}, weight_decay = 0 (shrinks the parameters).
// Source: X. Chen et al., "Symbolic discovery of optimization algorithms", 2023, algorithm 2.

#include <strata/core/config.hpp>
#include <strata/optimizers/optimizer.hpp>

namespace strata {

struct Lion {
    double lr = 1e-4;
    double betas[2] = {0.9, 0.99};
    double weight_decay = 0;

    friend bool operator==(const Lion&, const Lion&) = default;

    void validate() const;
    StatesInUse states() const { return {true}; }

    struct Rule {
        double lr, beta1, beta2, shrink;

        template <class V>
        STRATA_HOST_DEVICE void operator()(V& p, const V& g, V& m) const {
            using namespace math;
            const V c = V(beta1) * m + V(1 - beta1) * g;
            const V sign =
                select(c > V(0), V(1), select(c < V(0), V(-1), c));  // of 0 and NaN: they themselves
            p = V(shrink) * p - V(lr) * sign;
            m = V(beta2) * m + V(1 - beta2) * g;
        }
    };

    template <class T>
    STRATA_HOST_DEVICE Rule rule(OptimizerClock&) const {
        return {lr, betas[0], betas[1], 1 - lr * weight_decay};
    }
    template <class T>
    void update(auto& device, const OptimizerStep<T>& at) const {
        device.update(*this, at, at.state[0]);
    }
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void Lion::validate() const {
    check_option(lr >= 0, "Lion", "lr", lr, "at least 0");
    check_option(betas[0] >= 0 && betas[0] < 1, "Lion", "betas[0]", betas[0], "in [0, 1)");
    check_option(betas[1] >= 0 && betas[1] < 1, "Lion", "betas[1]", betas[1], "in [0, 1)");
    check_option(weight_decay >= 0, "Lion", "weight_decay", weight_decay, "at least 0");
}

}  // namespace strata
#endif
