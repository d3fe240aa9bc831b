#pragma once
// loss = log(1 + exp(-y x)), for a target y of 1 or -1
// d loss / dx = -y / (1 + exp(y x))
//
// Shapes: prediction any, target the same.
// Options: reduction = mean (over all elements) or sum.
// Source: torch.nn.SoftMarginLoss, which is infinite where exp(-y x) is; here it is -y x there.

#include <strata/losses/elementwise_loss.hpp>

namespace strata {

namespace detail {

struct SoftMargin {
    template <class V>
    STRATA_HOST_DEVICE V value(const V& x, const V& y) const {
        using namespace math;
        return softplus(-(y * x));
    }
    template <class V>
    STRATA_HOST_DEVICE V gradient(const V& x, const V& y) const {
        using namespace math;
        return -y * sigmoid(-(y * x));
    }
};

}  // namespace detail

struct SoftMarginLoss {
    Reduction reduction = Reduction::mean;

    template <class Prediction, class Target>
    static constexpr Reason refuses_target() {
        return detail::refuses_target_unlike_prediction<Prediction, Target>();
    }

    void evaluate(auto& device, auto prediction, auto target, auto gradient, LossReport* report) const {
        const double divisor = detail::divisor_of(reduction, prediction.size());
        detail::elementwise_loss(device, detail::SoftMargin{}, divisor, prediction, target, gradient, report);
    }

    auto operator()(const auto& prediction, const auto& target) const {
        return evaluate_loss(*this, prediction, target);
    }
};

}  // namespace strata
