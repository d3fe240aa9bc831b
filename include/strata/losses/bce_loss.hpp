#pragma once
// loss = -(y log x + (1 - y) log(1 - x)), with logarithms of at least -100
// d loss / dx = (x - y) / (x (1 - x)), with a denominator of at least 1e-12
//
// Shapes: prediction any, probabilities in [0, 1]; target the same, 0, 1 or between.
// Options: reduction = mean (over all elements) or sum.
// Errors: ValueError for a prediction outside [0, 1]; NaN among them makes the loss NaN.
// Source: torch.nn.BCELoss (without its weight).

#include <strata/losses/elementwise_loss.hpp>

namespace strata {

inline void BCELoss_takes_probabilities_so_end_the_network_with_Sigmoid_or_use_BCEWithLogitsLoss() {}

namespace detail {

struct BinaryCrossEntropy {
    template <class V>
    STRATA_HOST_DEVICE V value(const V& x, const V& y) const {
        using namespace math;
        return (y - V(1)) * max(log(V(1) - x), V(-100)) - y * max(log(x), V(-100));
    }
    template <class V>
    STRATA_HOST_DEVICE V gradient(const V& x, const V& y) const {
        using namespace math;
        return (x - y) / max((V(1) - x) * x, V(1e-12f));  // a float in PyTorch, for double too
    }
};

/// 1 for a number that is no probability, else 0.
struct IsNoProbability {
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& x) const {
        using namespace math;
        return select(x < V(0), V(1), select(V(1) < x, V(1), V(0)));
    }
};

}  // namespace detail

struct BCELoss {
    Reduction reduction = Reduction::mean;

    template <class Prediction, class Target>
    static constexpr Reason refuses_target() {
        return detail::refuses_target_unlike_prediction<Prediction, Target>();
    }
    static constexpr Reason refuses_output(OutputKind kind) {
        if (kind != OutputKind::unit_interval && kind != OutputKind::probabilities)
            return &BCELoss_takes_probabilities_so_end_the_network_with_Sigmoid_or_use_BCEWithLogitsLoss;
        return nullptr;
    }

    void evaluate(auto& device, auto prediction, auto target, auto gradient, LossReport* report) const {
        const auto* x = prediction.data;
        device.refuse_where(report, LossReport::no_probability, prediction.size(), detail::IsNoProbability{},
                            x);
        device.when_refused(report, [](const LossReport& refused) { detail::check_report(refused); });
        const double divisor = detail::divisor_of(reduction, prediction.size());
        detail::elementwise_loss(device, detail::BinaryCrossEntropy{}, divisor, prediction, target, gradient,
                                 report);
    }

    auto operator()(const auto& prediction, const auto& target) const {
        return evaluate_loss(*this, prediction, target);
    }
};

}  // namespace strata
