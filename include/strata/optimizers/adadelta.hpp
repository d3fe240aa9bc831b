#pragma once
// v = rho v + (1 - rho) g²,  d = g sqrt(u + eps) / sqrt(v + eps),  u = rho u + (1 - rho) d²,  p -= lr d
//
// Options: lr = 1, rho = 0.9, eps = 1e-6, weight_decay = 0 (added to the gradient), maximize = false.
// Source: torch.optim.Adadelta; M. Zeiler, "ADADELTA: an adaptive learning rate method", 2012.

#include <strata/core/config.hpp>
#include <strata/optimizers/optimizer.hpp>

namespace strata {

struct Adadelta {
    double lr = 1;
    double rho = 0.9;
    double eps = 1e-6;
    double weight_decay = 0;
    bool maximize = false;

    friend bool operator==(const Adadelta&, const Adadelta&) = default;

    void validate() const;
    StatesInUse states() const { return {true, true}; }

    struct Rule {
        double lr, rho, eps, weight_decay, sign;

        template <class V>
        STRATA_HOST_DEVICE void operator()(V& p, const V& gradient, V& square_average, V& accumulated) const {
            using namespace math;
            const V g = V(sign) * gradient + V(weight_decay) * p;
            square_average = V(rho) * square_average + V(1 - rho) * g * g;
            const V delta = sqrt(accumulated + V(eps)) / sqrt(square_average + V(eps)) * g;
            accumulated = V(rho) * accumulated + V(1 - rho) * delta * delta;
            p -= V(lr) * delta;
        }
    };

    template <class T>
    STRATA_HOST_DEVICE Rule rule(OptimizerClock&) const {
        return {lr, rho, detail::positive_eps<T>(eps), weight_decay, maximize ? -1.0 : 1.0};
    }
    template <class T>
    void update(auto& device, const OptimizerStep<T>& at) const {
        device.update(*this, at, at.state[0], at.state[1]);
    }
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void Adadelta::validate() const {
    check_option(lr >= 0, "Adadelta", "lr", lr, "at least 0");
    check_option(rho >= 0 && rho <= 1, "Adadelta", "rho", rho, "in [0, 1]");
    check_option(eps >= 0, "Adadelta", "eps", eps, "at least 0");
    check_option(weight_decay >= 0, "Adadelta", "weight_decay", weight_decay, "at least 0");
}

}  // namespace strata
#endif
