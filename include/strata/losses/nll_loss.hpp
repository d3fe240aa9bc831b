#pragma once
// loss = -w[t] x[t], for log-probabilities x and the class index t of each sample
//
// Shapes: prediction (batch, C, d...), target (batch, d...) of std::int64_t.
// Options: weight (C numbers, one per class; empty: all 1), ignore_index = -100 (samples of that class do not
// count), reduction = mean (divided by the sum of the weights that counted; NaN where none did) or sum.
// Errors: ValueError for a label outside [0, C), and for weights of another number, negative or not finite.
// Source: torch.nn.NLLLoss. Behind a LogSoftmax both run as one kernel.

#include <strata/core/operations/cross_entropy_options.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/losses/loss.hpp>
#include <vector>

namespace strata {

inline void NLLLoss_takes_log_probabilities_so_end_the_network_with_LogSoftmax_or_use_CrossEntropyLoss() {}

struct NLLLoss {
    std::vector<double> weight = {};
    std::int64_t ignore_index = -100;
    Reduction reduction = Reduction::mean;

    /// Of class indices it may count the correct ones as it goes along (`report->correct`).
    static constexpr bool is_cross_entropy = true;

    template <class Prediction, class Target>
    static constexpr Reason refuses_target() {
        if (!detail::is_class_indices_of<Prediction, Target>)
            return &the_target_must_be_class_indices_of_type_int64_one_per_sample;
        return nullptr;
    }
    static constexpr Reason refuses_output(OutputKind kind) {
        if (kind != OutputKind::log_probabilities)
            return &NLLLoss_takes_log_probabilities_so_end_the_network_with_LogSoftmax_or_use_CrossEntropyLoss;
        return nullptr;
    }

    void evaluate(auto& device, auto prediction, auto target, auto gradient, LossReport* report) const {
        using T = std::remove_const_t<typename decltype(prediction)::value_type>;
        device.cross_entropy(prediction, target.data, gradient.data,
                             options<T>(class_extent(prediction).classes, true), report);
    }
    /// Where a sample has one extent only, there the softmax runs over the classes for certain.
    template <class X>
    requires(X::dims.rank == 1) void evaluate_behind(const LogSoftmax& layer, auto& device, X x, auto target,
                                                     auto dx, LossReport* report) const {
        using T = std::remove_const_t<typename X::value_type>;
        const ClassExtent extent = class_extent(x, layer.dim, "LogSoftmax");
        device.cross_entropy(x, target.data, dx.data, options<T>(extent.classes, false), report);
    }

    auto operator()(const auto& prediction, const auto& target) const {
        return evaluate_loss(*this, prediction, target);
    }

private:
    template <class T>
    CrossEntropyOptions options(Size classes, bool log_probabilities) const {
        detail::check_class_weights<T>("NLLLoss", "weight", weight, classes);
        return {weight.data(), weight.size(), ignore_index, reduction == Reduction::mean, log_probabilities};
    }
};

}  // namespace strata
