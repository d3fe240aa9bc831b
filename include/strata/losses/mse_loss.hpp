#pragma once
// loss = (x - y)^2, d loss / dx = 2 (x - y)
//
// Shapes: prediction any, target the same.
// Options: reduction = mean (over all elements) or sum.
// Source: torch.nn.MSELoss.

#include <strata/losses/elementwise_loss.hpp>

namespace strata {

namespace detail {

struct SquaredError {
    template <class V>
    STRATA_HOST_DEVICE V value(const V& x, const V& y) const {
        const V d = x - y;
        return d * d;
    }
    template <class V>
    STRATA_HOST_DEVICE V gradient(const V& x, const V& y) const {
        const V d = x - y;
        return d + d;
    }
};

}  // namespace detail

struct MSELoss {
    Reduction reduction = Reduction::mean;

    template <class Prediction, class Target>
    static constexpr Reason refuses_target() {
        return detail::refuses_target_unlike_prediction<Prediction, Target>();
    }

    void evaluate(auto& device, auto prediction, auto target, auto gradient, LossReport* report) const {
        const double divisor = detail::divisor_of(reduction, prediction.size());
        detail::elementwise_loss(device, detail::SquaredError{}, divisor, prediction, target, gradient,
                                 report);
    }

    auto operator()(const auto& prediction, const auto& target) const {
        return evaluate_loss(*this, prediction, target);
    }
};

}  // namespace strata
