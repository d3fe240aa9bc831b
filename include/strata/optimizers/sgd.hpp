#pragma once
// b = momentum b + (1 - dampening) g,  p -= lr b,  with nesterov p -= lr (g + momentum b);  b begins as g
//
// Options: lr = 1e-3, momentum = 0, dampening = 0, weight_decay = 0 (added to the gradient),
// nesterov = false, maximize = false.
// Source: torch.optim.SGD; I. Sutskever et al., "On the importance of initialization and momentum in deep
// learning", ICML 2013.

#include <strata/core/config.hpp>
#include <strata/optimizers/optimizer.hpp>

namespace strata {

struct SGD {
    double lr = 1e-3;
    double momentum = 0;
    double dampening = 0;
    double weight_decay = 0;
    bool nesterov = false;
    bool maximize = false;

    friend bool operator==(const SGD&, const SGD&) = default;

    void validate() const;
    StatesInUse states() const { return {momentum != 0}; }

    struct Rule {
        double lr, momentum, share, weight_decay, sign;
        bool nesterov;

        template <class V>
        STRATA_HOST_DEVICE void operator()(V& p, const V& gradient) const {
            p -= V(lr) * (V(sign) * gradient + V(weight_decay) * p);
        }
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& p, const V& gradient, V& buffer) const {
            const V g = V(sign) * gradient + V(weight_decay) * p;
            buffer = V(momentum) * buffer + V(share) * g;
            if (nesterov)
                p -= V(lr) * (g + V(momentum) * buffer);
            else
                p -= V(lr) * buffer;
        }
    };

    template <class T>
    STRATA_HOST_DEVICE Rule rule(OptimizerClock& clock) const {
        Rule rule{lr, momentum, 1 - dampening, weight_decay, maximize ? -1.0 : 1.0, nesterov};
        if (momentum != 0) {
            if (clock.scalar != 0) rule.share = 1;  // b has not begun, whatever the step
            clock.scalar = 0;
        }
        return rule;
    }
    template <class T>
    void update(auto& device, const OptimizerStep<T>& at) const {
        if (momentum != 0)
            device.update(*this, at, at.state[0]);
        else
            device.update(*this, at);
    }
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void SGD::validate() const {
    check_option(lr >= 0, "SGD", "lr", lr, "at least 0");
    check_option(momentum >= 0, "SGD", "momentum", momentum, "at least 0");
    check_option(true, "SGD", "dampening", dampening, "a number");
    check_option(weight_decay >= 0, "SGD", "weight_decay", weight_decay, "at least 0");
    check_option(!nesterov || momentum > 0, "SGD", "momentum", momentum, "above 0 with nesterov");
    check_option(!nesterov || dampening == 0, "SGD", "dampening", dampening, "0 with nesterov");
}

}  // namespace strata
#endif
