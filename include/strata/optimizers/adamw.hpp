#pragma once
// p *= 1 - lr weight_decay, then as Adam without weight decay:
// m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g²,
// p -= lr m' / (sqrt(v') + eps),  m' = m / (1 - b1^t),  v' = v / (1 - b2^t)
//
// Options: lr = 1e-3, betas = {0.9, 0.999}, eps = 1e-8, weight_decay = 1e-2, amsgrad = false (the largest v
// so far takes v's place), maximize = false.
// Source: torch.optim.AdamW; I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019.

#include <strata/core/config.hpp>
#include <strata/optimizers/optimizer.hpp>

namespace strata {

struct AdamW {
    double lr = 1e-3;
    double betas[2] = {0.9, 0.999};
    double eps = 1e-8;
    double weight_decay = 1e-2;
    bool amsgrad = false;
    bool maximize = false;

    friend bool operator==(const AdamW&, const AdamW&) = default;

    void validate() const;
    StatesInUse states() const { return {true, true, amsgrad}; }

    struct Rule {
        double beta1, beta2, step_size, root_scale, eps, kept, sign;

        template <class V>
        STRATA_HOST_DEVICE void operator()(V& p, const V& gradient, V& m, V& v) const {
            moments(gradient, m, v);
            move(p, m, v);
        }
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& p, const V& gradient, V& m, V& v, V& largest) const {
            using namespace math;
            moments(gradient, m, v);
            largest = max(largest, v);
            move(p, m, largest);
        }
        template <class V>
        STRATA_HOST_DEVICE void moments(const V& gradient, V& m, V& v) const {
            m = V(beta1) * m + V(sign * (1 - beta1)) * gradient;
            v = V(beta2) * v + V(1 - beta2) * gradient * gradient;
        }
        template <class V>
        STRATA_HOST_DEVICE void move(V& p, const V& m, const V& v) const {
            using namespace math;
            p = V(kept) * p - V(step_size) * m / (sqrt(v) * V(root_scale) + V(eps));
        }
    };

    template <class T>
    STRATA_HOST_DEVICE Rule rule(OptimizerClock& clock) const {
        const double correction1 = 1 - std::pow(betas[0], static_cast<double>(clock.count));
        const double correction2 = 1 - std::pow(betas[1], static_cast<double>(clock.count));
        return {.beta1 = betas[0],
                .beta2 = betas[1],
                .step_size = lr / correction1,
                .root_scale = 1 / std::sqrt(correction2),
                .eps = detail::positive_eps<T>(eps),
                .kept = 1 - lr * weight_decay,
                .sign = maximize ? -1.0 : 1.0};
    }
    template <class T>
    void update(auto& device, const OptimizerStep<T>& at) const {
        if (amsgrad)
            device.update(*this, at, at.state[0], at.state[1], at.state[2]);
        else
            device.update(*this, at, at.state[0], at.state[1]);
    }
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void AdamW::validate() const {
    check_option(lr >= 0, "AdamW", "lr", lr, "at least 0");
    check_option(betas[0] >= 0 && betas[0] < 1, "AdamW", "betas[0]", betas[0], "in [0, 1)");
    check_option(betas[1] >= 0 && betas[1] < 1, "AdamW", "betas[1]", betas[1], "in [0, 1)");
    check_option(eps >= 0, "AdamW", "eps", eps, "at least 0");
    check_option(weight_decay >= 0, "AdamW", "weight_decay", weight_decay, "at least 0");
}

}  // namespace strata
#endif
