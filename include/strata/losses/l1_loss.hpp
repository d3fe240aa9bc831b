#pragma once
// loss = |x - y|, d loss / dx = sign(x - y), 0 where x == y
//
// Shapes: prediction any, target the same.
// Options: reduction = mean (over all elements) or sum.
// Source: torch.nn.L1Loss.

#include <strata/losses/elementwise_loss.hpp>

namespace strata {

namespace detail {

struct AbsoluteError {
    template <class V>
    STRATA_HOST_DEVICE V value(const V& x, const V& y) const {
        using namespace math;
        return abs(x - y);
    }
    template <class V>
    STRATA_HOST_DEVICE V gradient(const V& x, const V& y) const {
        using namespace math;
        return select(y < x, V(1), select(x < y, V(-1), V(0)));
    }
};

}  // namespace detail

struct L1Loss {
    Reduction reduction = Reduction::mean;

    template <class Prediction, class Target>
    static constexpr Reason refuses_target() {
        return detail::refuses_target_unlike_prediction<Prediction, Target>();
    }

    void evaluate(auto& device, auto prediction, auto target, auto gradient, LossReport* report) const {
        const double divisor = detail::divisor_of(reduction, prediction.size());
        detail::elementwise_loss(device, detail::AbsoluteError{}, divisor, prediction, target, gradient,
                                 report);
    }

    auto operator()(const auto& prediction, const auto& target) const {
        return evaluate_loss(*this, prediction, target);
    }
};

}  // namespace strata
