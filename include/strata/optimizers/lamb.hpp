#pragma once
// m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g²,  u = m' / (sqrt(v') + eps) + weight_decay p,
// p -= lr (||p|| / ||u||) u,  m' = m / (1 - b1^t),  v' = v / (1 - b2^t)
//
// The norms are those of each parameter by itself; where one of them is 0 the quotient is 1.
// Options: lr = 1e-3, betas = {0.9, 0.999}, eps = 1e-6, weight_decay = 0.01.
// Source: Y. You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", ICLR 2020,
// algorithm 2, with the identity for phi.

#include <strata/core/config.hpp>
#include <strata/optimizers/optimizer.hpp>

namespace strata {

struct LAMB {
    static constexpr bool per_tensor = true;
    static constexpr Size scratch(const Dims& dims) { return dims.elements(); }

    double lr = 1e-3;
    double betas[2] = {0.9, 0.999};
    double eps = 1e-6;
    double weight_decay = 0.01;

    friend bool operator==(const LAMB&, const LAMB&) = default;

    void validate() const;
    StatesInUse states() const { return {true, true}; }

    struct Rule {
        double beta1, beta2, first_scale, root_scale, eps, weight_decay, lr;

        template <class V>
        STRATA_HOST_DEVICE void operator()(const V& p, const V& g, V& m, V& v, V& u) const {
            using namespace math;
            m = V(beta1) * m + V(1 - beta1) * g;
            v = V(beta2) * v + V(1 - beta2) * g * g;
            u = V(first_scale) * m / (sqrt(v) * V(root_scale) + V(eps)) + V(weight_decay) * p;
        }
    };
    struct Move {
        template <class V>
        STRATA_HOST_DEVICE void operator()(const Rule& rule, const TensorNorms& norms, V& p,
                                           const V& u) const {
            const bool both = norms.first > 0 && norms.second > 0;
            p -= V(both ? rule.lr * norms.first / norms.second : rule.lr) * u;
        }
    };

    template <class T>
    STRATA_HOST_DEVICE Rule rule(OptimizerClock& clock) const {
        const double t = static_cast<double>(clock.count);
        return {.beta1 = betas[0],
                .beta2 = betas[1],
                .first_scale = 1 / (1 - std::pow(betas[0], t)),
                .root_scale = 1 / std::sqrt(1 - std::pow(betas[1], t)),
                .eps = detail::positive_eps<T>(eps),
                .weight_decay = weight_decay,
                .lr = lr};
    }
    template <class T>
    void update(auto& device, const OptimizerStep<T>& at) const {
        T* const u = at.scratch;
        device.update(*this, at, at.state[0], at.state[1], u);
        device.norm(static_cast<const T*>(at.parameters), at.size, &at.norms->first);
        device.norm(static_cast<const T*>(u), at.size, &at.norms->second);
        device.for_each_with_rule(*this, at, at.size, Move{}, at.parameters, static_cast<const T*>(u));
    }
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void LAMB::validate() const {
    check_option(lr >= 0, "LAMB", "lr", lr, "at least 0");
    check_option(betas[0] >= 0 && betas[0] < 1, "LAMB", "betas[0]", betas[0], "in [0, 1)");
    check_option(betas[1] >= 0 && betas[1] < 1, "LAMB", "betas[1]", betas[1], "in [0, 1)");
    check_option(eps >= 0, "LAMB", "eps", eps, "at least 0");
    check_option(weight_decay >= 0, "LAMB", "weight_decay", weight_decay, "at least 0");
}

}  // namespace strata
#endif
