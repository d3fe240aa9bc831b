#pragma once
// loss = d^2 / 2 where |d| <= delta, delta (|d| - delta / 2) elsewhere, with d = x - y
// d loss / dx = d where |d| <= delta, delta sign(d) elsewhere
//
// Shapes: prediction any, target the same.
// Options: delta = 1, reduction = mean (over all elements) or sum.
// Errors: ValueError unless delta is positive.
// Source: torch.nn.HuberLoss.

#include <strata/losses/elementwise_loss.hpp>

namespace strata {

namespace detail {

struct HuberError {
    double delta;

    template <class V>
    STRATA_HOST_DEVICE V value(const V& x, const V& y) const {
        using namespace math;
        const V d = x - y;
        const V size = abs(d);
        return select(V(delta) < size, V(delta) * (size - V(0.5 * delta)), V(0.5) * d * d);
    }
    template <class V>
    STRATA_HOST_DEVICE V gradient(const V& x, const V& y) const {
        using namespace math;
        const V d = x - y;
        return select(V(delta) < d, V(delta), select(d < V(-delta), V(-delta), d));
    }
};

}  // namespace detail

struct HuberLoss {
    double delta = 1;
    Reduction reduction = Reduction::mean;

    template <class Prediction, class Target>
    static constexpr Reason refuses_target() {
        return detail::refuses_target_unlike_prediction<Prediction, Target>();
    }

    void evaluate(auto& device, auto prediction, auto target, auto gradient, LossReport* report) const {
        if (!(delta > 0)) refuse_option("HuberLoss", "delta", delta, "above 0");
        const double divisor = detail::divisor_of(reduction, prediction.size());
        detail::elementwise_loss(device, detail::HuberError{delta}, divisor, prediction, target, gradient,
                                 report);
    }

    auto operator()(const auto& prediction, const auto& target) const {
        return evaluate_loss(*this, prediction, target);
    }
};

}  // namespace strata
