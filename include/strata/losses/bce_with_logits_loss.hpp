#pragma once
// loss = (1 - y) x + (1 + (p - 1) y) log(1 + exp(-x)), which is -(p y log s + (1 - y) log(1 - s))
// with s = sigmoid(x)
// d loss / dx = (1 + (p - 1) y) s - p y
//
// Shapes: prediction any, logits; target the same, 0, 1 or between.
// Options: pos_weight, p above: how much more a positive counts (empty: 1; one number; or one per feature,
// the innermost extent of a sample), reduction = mean (over all elements) or sum.
// Errors: ValueError for a pos_weight of another length, negative or not finite.
// Source: torch.nn.BCEWithLogitsLoss (without its weight).

#include <strata/core/message.hpp>
#include <strata/losses/elementwise_loss.hpp>
#include <vector>

namespace strata {

inline void BCEWithLogitsLoss_takes_logits_and_applies_Sigmoid_itself_so_leave_Sigmoid_out_or_use_BCELoss() {}
inline void BCEWithLogitsLoss_takes_logits_and_applies_Sigmoid_itself_so_leave_the_softmax_out() {}

namespace detail {

struct LogisticError {
    template <class V>
    STRATA_HOST_DEVICE V value(const V& x, const V& y, const V& p) const {
        using namespace math;
        return (V(1) - y) * x + (V(1) + (p - V(1)) * y) * softplus(-x);
    }
    template <class V>
    STRATA_HOST_DEVICE V gradient(const V& x, const V& y, const V& p) const {
        using namespace math;
        return (V(1) + (p - V(1)) * y) * sigmoid(x) - p * y;
    }
};

/// One weight for all.
struct WeightedLogisticError {
    double pos_weight;

    template <class V>
    STRATA_HOST_DEVICE V value(const V& x, const V& y) const {
        return LogisticError{}.value(x, y, V(pos_weight));
    }
    template <class V>
    STRATA_HOST_DEVICE V gradient(const V& x, const V& y) const {
        return LogisticError{}.gradient(x, y, V(pos_weight));
    }
};

/// One weight per column.
struct LogisticErrorByColumn {
    double scale;

    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& p, const V& x, const V& y) const {
        return LogisticError{}.value(x, y, p);
    }
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& p, const V& x, const V& y, V& dx) const {
        const V value = LogisticError{}.value(x, y, p);
        dx = LogisticError{}.gradient(x, y, p) * V(scale);
        return value;
    }
};

}  // namespace detail

struct BCEWithLogitsLoss {
    std::vector<double> pos_weight = {};
    Reduction reduction = Reduction::mean;

    template <class Prediction, class Target>
    static constexpr Reason refuses_target() {
        return detail::refuses_target_unlike_prediction<Prediction, Target>();
    }
    static constexpr Reason refuses_output(OutputKind kind) {
        if (kind == OutputKind::unit_interval)
            return &BCEWithLogitsLoss_takes_logits_and_applies_Sigmoid_itself_so_leave_Sigmoid_out_or_use_BCELoss;
        if (kind == OutputKind::probabilities || kind == OutputKind::log_probabilities)
            return &BCEWithLogitsLoss_takes_logits_and_applies_Sigmoid_itself_so_leave_the_softmax_out;
        return nullptr;
    }

    void evaluate(auto& device, auto prediction, auto target, auto gradient, LossReport* report) const {
        using T = std::remove_const_t<typename decltype(prediction)::value_type>;
        detail::check_weights<T>("BCEWithLogitsLoss", "pos_weight", pos_weight);
        const double divisor = detail::divisor_of(reduction, prediction.size());
        if (pos_weight.size() < 2) {
            const detail::WeightedLogisticError error{pos_weight.empty() ? 1.0 : pos_weight[0]};
            return detail::elementwise_loss(device, error, divisor, prediction, target, gradient, report);
        }
        check_pos_weight(prediction.columns);
        const detail::LogisticErrorByColumn error{1 / divisor};
        const Size rows = prediction.rows();
        const auto* x = prediction.data;
        const auto* y = target.data;
        if (gradient.data == nullptr)
            device.sum_by_column(report, divisor, rows, prediction.columns, pos_weight.data(), error, x, y);
        else
            device.sum_by_column(report, divisor, rows, prediction.columns, pos_weight.data(), error, x, y,
                                 gradient.data);
    }

    auto operator()(const auto& prediction, const auto& target) const {
        return evaluate_loss(*this, prediction, target);
    }

private:
    void check_pos_weight(Size features) const {
        if (pos_weight.size() != features)
            throw ValueError(message(
                "strata: BCEWithLogitsLoss: pos_weight has ", pos_weight.size(),
                " numbers, but it must have 1 or one per feature, and the prediction has ", features));
    }
};

}  // namespace strata
