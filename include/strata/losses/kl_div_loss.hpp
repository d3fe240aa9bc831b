#pragma once
// loss = y (log y - x), for log-probabilities x and probabilities y; with log_target, exp(y) (y - x)
// d loss / dx = -y; with log_target, -exp(y)
//
// Shapes: prediction any, log-probabilities; target the same.
// Options: log_target = false (whether the target is log-probabilities too), reduction = mean (over all
// elements, not the divergence of the distributions), sum, or batch_mean (the sum divided by the batch, which
// is the divergence).
// Source: torch.nn.KLDivLoss.

#include <strata/losses/elementwise_loss.hpp>

namespace strata {

inline void KLDivLoss_takes_log_probabilities_so_end_the_network_with_LogSoftmax() {}

namespace detail {

struct Divergence {
    template <class V>
    STRATA_HOST_DEVICE V value(const V& x, const V& y) const {
        using namespace math;
        return select(y == V(0), V(0), y * log(y)) - y * x;
    }
    template <class V>
    STRATA_HOST_DEVICE V gradient(const V&, const V& y) const {
        return -y;
    }
};

struct DivergenceFromLog {
    template <class V>
    STRATA_HOST_DEVICE V value(const V& x, const V& y) const {
        using namespace math;
        return exp(y) * (y - x);
    }
    template <class V>
    STRATA_HOST_DEVICE V gradient(const V&, const V& y) const {
        using namespace math;
        return -exp(y);
    }
};

}  // namespace detail

struct KLDivLoss {
    /// PyTorch offers `batchmean` for this loss alone, so this loss has its own list.
    enum class Reduction { mean, sum, batch_mean };

    bool log_target = false;
    Reduction reduction = Reduction::mean;

    template <class Prediction, class Target>
    static constexpr Reason refuses_target() {
        return detail::refuses_target_unlike_prediction<Prediction, Target>();
    }
    static constexpr Reason refuses_output(OutputKind kind) {
        if (kind != OutputKind::log_probabilities)
            return &KLDivLoss_takes_log_probabilities_so_end_the_network_with_LogSoftmax;
        return nullptr;
    }

    void evaluate(auto& device, auto prediction, auto target, auto gradient, LossReport* report) const {
        const Size divisor = reduction == Reduction::sum    ? 1
                             : reduction == Reduction::mean ? prediction.size()
                                                            : prediction.batch;
        const double count = static_cast<double>(divisor);
        if (log_target)
            detail::elementwise_loss(device, detail::DivergenceFromLog{}, count, prediction, target, gradient,
                                     report);
        else
            detail::elementwise_loss(device, detail::Divergence{}, count, prediction, target, gradient,
                                     report);
    }

    auto operator()(const auto& prediction, const auto& target) const {
        return evaluate_loss(*this, prediction, target);
    }
};

}  // namespace strata
