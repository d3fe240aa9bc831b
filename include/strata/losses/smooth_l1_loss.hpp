#pragma once
// loss = d^2 / (2 beta) where |d| < beta, |d| - beta / 2 elsewhere, with d = x - y
// d loss / dx = d / beta where |d| < beta, sign(d) elsewhere
//
// Shapes: prediction any, target the same.
// Options: beta = 1 (0 is L1Loss), reduction = mean (over all elements) or sum.
// Errors: ValueError for a negative beta.
// Source: torch.nn.SmoothL1Loss. (With beta = 0 its gradient where x == y is -1; here it is 0, as that of
// L1Loss.)

#include <strata/losses/elementwise_loss.hpp>

namespace strata {

namespace detail {

struct SmoothAbsoluteError {
    double beta;
    double divisor = beta > 0 ? beta : 1;  // where beta is 0, all d but 0 lie outside of it

    template <class V>
    STRATA_HOST_DEVICE V value(const V& x, const V& y) const {
        using namespace math;
        const V d = x - y;
        const V size = abs(d);
        return select(size < V(beta), V(0.5) * d * d / V(divisor), size - V(0.5 * beta));
    }
    template <class V>
    STRATA_HOST_DEVICE V gradient(const V& x, const V& y) const {
        using namespace math;
        const V d = x - y;
        return select(V(beta) < d, V(1), select(d < V(-beta), V(-1), d / V(divisor)));
    }
};

}  // namespace detail

struct SmoothL1Loss {
    double beta = 1;
    Reduction reduction = Reduction::mean;

    template <class Prediction, class Target>
    static constexpr Reason refuses_target() {
        return detail::refuses_target_unlike_prediction<Prediction, Target>();
    }

    void evaluate(auto& device, auto prediction, auto target, auto gradient, LossReport* report) const {
        if (!(beta >= 0)) refuse_option("SmoothL1Loss", "beta", beta, "at least 0");
        const double divisor = detail::divisor_of(reduction, prediction.size());
        detail::elementwise_loss(device, detail::SmoothAbsoluteError{beta}, divisor, prediction, target,
                                 gradient, report);
    }

    auto operator()(const auto& prediction, const auto& target) const {
        return evaluate_loss(*this, prediction, target);
    }
};

}  // namespace strata
