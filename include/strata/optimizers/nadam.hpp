#pragma once
// m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g²,  c_t = b1 (1 - 0.96^(t momentum_decay) / 2),
// p -= lr d / (sqrt(v / (1 - b2^t)) + eps),
// d = c_(t+1) m / (1 - c_1 ... c_(t+1)) + (1 - c_t) g / (1 - c_1 ... c_t)
//
// Options: lr = 2e-3, betas = {0.9, 0.999}, eps = 1e-8, weight_decay = 0 (added to the gradient),
// momentum_decay = 4e-3.
// Source: torch.optim.NAdam; T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016.
// As PyTorch 2, and 1.13 with foreach; without it 1.13 takes c_t twice into the product behind m.
// PyTorch rounds the product to float in every step; here it is a double.

#include <strata/core/config.hpp>
#include <strata/optimizers/optimizer.hpp>

namespace strata {

struct NAdam {
    double lr = 2e-3;
    double betas[2] = {0.9, 0.999};
    double eps = 1e-8;
    double weight_decay = 0;
    double momentum_decay = 4e-3;

    friend bool operator==(const NAdam&, const NAdam&) = default;

    void validate() const;
    StatesInUse states() const { return {true, true}; }

    struct Rule {
        double beta1, beta2, step_gradient, step_average, root_scale, eps, weight_decay;

        template <class V>
        STRATA_HOST_DEVICE void operator()(V& p, const V& gradient, V& m, V& v) const {
            using namespace math;
            const V g = gradient + V(weight_decay) * p;
            m = V(beta1) * m + V(1 - beta1) * g;
            v = V(beta2) * v + V(1 - beta2) * g * g;
            p -= (V(step_gradient) * g + V(step_average) * m) / (sqrt(v) * V(root_scale) + V(eps));
        }
    };

    template <class T>
    STRATA_HOST_DEVICE Rule rule(OptimizerClock& clock) const {
        const double t = static_cast<double>(clock.count);
        const double c = betas[0] * (1 - 0.5 * std::pow(0.96, t * momentum_decay));
        const double next = betas[0] * (1 - 0.5 * std::pow(0.96, (t + 1) * momentum_decay));
        double& product = clock.scalar;
        product *= c;
        return {.beta1 = betas[0],
                .beta2 = betas[1],
                .step_gradient = lr * (1 - c) / (1 - product),
                .step_average = lr * next / (1 - product * next),
                .root_scale = 1 / std::sqrt(1 - std::pow(betas[1], t)),
                .eps = detail::positive_eps<T>(eps),
                .weight_decay = weight_decay};
    }
    template <class T>
    void update(auto& device, const OptimizerStep<T>& at) const {
        device.update(*this, at, at.state[0], at.state[1]);
    }
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void NAdam::validate() const {
    check_option(lr >= 0, "NAdam", "lr", lr, "at least 0");
    check_option(betas[0] >= 0 && betas[0] < 1, "NAdam", "betas[0]", betas[0], "in [0, 1)");
    check_option(betas[1] >= 0 && betas[1] < 1, "NAdam", "betas[1]", betas[1], "in [0, 1)");
    check_option(eps >= 0, "NAdam", "eps", eps, "at least 0");
    check_option(weight_decay >= 0, "NAdam", "weight_decay", weight_decay, "at least 0");
    check_option(momentum_decay >= 0, "NAdam", "momentum_decay", momentum_decay, "at least 0");
}

}  // namespace strata
#endif
