#pragma once
// m = b1 m + (1 - b1) g,  u = max(b2 u, |g| + eps),  p -= lr / (1 - b1^t) m / u
//
// Options: lr = 2e-3, betas = {0.9, 0.999}, eps = 1e-8, weight_decay = 0 (added to the gradient),
// maximize = false.
// Source: torch.optim.Adamax; D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015.

#include <strata/core/config.hpp>
#include <strata/optimizers/optimizer.hpp>

namespace strata {

struct Adamax {
    double lr = 2e-3;
    double betas[2] = {0.9, 0.999};
    double eps = 1e-8;
    double weight_decay = 0;
    bool maximize = false;

    friend bool operator==(const Adamax&, const Adamax&) = default;

    void validate() const;
    StatesInUse states() const { return {true, true}; }

    struct Rule {
        double beta1, beta2, step_size, eps, weight_decay, sign;

        template <class V>
        STRATA_HOST_DEVICE void operator()(V& p, const V& gradient, V& m, V& largest) const {
            using namespace math;
            const V g = V(sign) * gradient + V(weight_decay) * p;
            m = V(beta1) * m + V(1 - beta1) * g;
            largest = max(abs(g) + V(eps), V(beta2) * largest);
            p -= V(step_size) * m / largest;
        }
    };

    template <class T>
    STRATA_HOST_DEVICE Rule rule(OptimizerClock& clock) const {
        const double correction = 1 - std::pow(betas[0], static_cast<double>(clock.count));
        return {.beta1 = betas[0],
                .beta2 = betas[1],
                .step_size = lr / correction,
                .eps = detail::positive_eps<T>(eps),
                .weight_decay = weight_decay,
                .sign = maximize ? -1.0 : 1.0};
    }
    template <class T>
    void update(auto& device, const OptimizerStep<T>& at) const {
        device.update(*this, at, at.state[0], at.state[1]);
    }
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void Adamax::validate() const {
    check_option(lr >= 0, "Adamax", "lr", lr, "at least 0");
    check_option(betas[0] >= 0 && betas[0] < 1, "Adamax", "betas[0]", betas[0], "in [0, 1)");
    check_option(betas[1] >= 0 && betas[1] < 1, "Adamax", "betas[1]", betas[1], "in [0, 1)");
    check_option(eps >= 0, "Adamax", "eps", eps, "at least 0");
    check_option(weight_decay >= 0, "Adamax", "weight_decay", weight_decay, "at least 0");
}

}  // namespace strata
#endif
