#pragma once
// s = s + g²,  p -= lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps)
//
// Options: lr = 1e-2, lr_decay = 0, weight_decay = 0 (added to the gradient), initial_accumulator_value = 0
// (s before the first step), eps = 1e-10, maximize = false.
// Source: torch.optim.Adagrad; J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online
// learning and stochastic optimization", JMLR 2011.

#include <strata/core/config.hpp>
#include <strata/optimizers/optimizer.hpp>

namespace strata {

struct Adagrad {
    double lr = 1e-2;
    double lr_decay = 0;
    double weight_decay = 0;
    double initial_accumulator_value = 0;
    double eps = 1e-10;
    bool maximize = false;

    friend bool operator==(const Adagrad&, const Adagrad&) = default;

    void validate() const;
    StatesInUse states() const { return {true}; }

    struct Rule {
        double step_size, initial, eps, weight_decay, sign;

        template <class V>
        STRATA_HOST_DEVICE void operator()(V& p, const V& gradient, V& sum) const {
            using namespace math;
            const V g = V(sign) * gradient + V(weight_decay) * p;
            sum = (sum + V(initial)) + g * g;
            p -= V(step_size) * g / (sqrt(sum) + V(eps));
        }
    };

    template <class T>
    STRATA_HOST_DEVICE Rule rule(OptimizerClock& clock) const {
        return {.step_size = lr / (1 + static_cast<double>(clock.count - 1) * lr_decay),
                .initial = clock.count == 1 ? initial_accumulator_value : 0,
                .eps = detail::positive_eps<T>(eps),
                .weight_decay = weight_decay,
                .sign = maximize ? -1.0 : 1.0};
    }
    template <class T>
    void update(auto& device, const OptimizerStep<T>& at) const {
        device.update(*this, at, at.state[0]);
    }
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void Adagrad::validate() const {
    check_option(lr >= 0, "Adagrad", "lr", lr, "at least 0");
    check_option(lr_decay >= 0, "Adagrad", "lr_decay", lr_decay, "at least 0");
    check_option(weight_decay >= 0, "Adagrad", "weight_decay", weight_decay, "at least 0");
    check_option(initial_accumulator_value >= 0, "Adagrad", "initial_accumulator_value",
                 initial_accumulator_value, "at least 0");
    check_option(eps >= 0, "Adagrad", "eps", eps, "at least 0");
}

}  // namespace strata
#endif
