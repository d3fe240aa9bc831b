#pragma once
// loss = -sum over classes of w[c] q[c] log softmax(x)[c], for logits x and the target distribution q of each
// sample: all on the class index t, or the probabilities given; of either the part label_smoothing is spread
// over all classes
//
// Shapes: prediction (batch, C, d...); target (batch, d...) of std::int64_t, or probabilities like the
// prediction.
// Options: weight (C numbers, one per class; empty: all 1), ignore_index = -100 (samples of that class index
// do not count), reduction = mean (for class indices divided by the sum of the weights that counted, NaN
// where none did; for probabilities by the number of samples) or sum, label_smoothing = 0.
// Errors: ValueError for a label outside [0, C), weights of another number, negative or not finite,
// label_smoothing outside [0, 1], and an ignore_index that is a class while targets are probabilities.
// Source: torch.nn.CrossEntropyLoss.

#include <strata/core/message.hpp>
#include <strata/core/operations/cross_entropy_options.hpp>
#include <strata/losses/loss.hpp>
#include <vector>

namespace strata {

inline void the_target_must_be_class_indices_of_type_int64_or_probabilities_like_the_prediction() {}
inline void CrossEntropyLoss_takes_logits_and_applies_LogSoftmax_itself_so_leave_Softmax_out() {}
inline void
CrossEntropyLoss_takes_logits_and_applies_LogSoftmax_itself_so_leave_LogSoftmax_out_or_use_NLLLoss() {}

template <>
inline constexpr detail::TargetRemedy
    detail::remedy_for<&the_target_must_be_class_indices_of_type_int64_or_probabilities_like_the_prediction> =
        detail::TargetRemedy::class_indices;

struct CrossEntropyLoss {
    std::vector<double> weight = {};
    std::int64_t ignore_index = -100;
    Reduction reduction = Reduction::mean;
    double label_smoothing = 0;

    /// Of class indices it may count the correct ones as it goes along (`report->correct`).
    static constexpr bool is_cross_entropy = true;

    template <class Prediction, class Target>
    static constexpr Reason refuses_target() {
        if (!detail::is_class_indices_of<Prediction, Target> && !detail::is_like<Prediction, Target>)
            return &the_target_must_be_class_indices_of_type_int64_or_probabilities_like_the_prediction;
        return nullptr;
    }
    static constexpr Reason refuses_output(OutputKind kind) {
        if (kind == OutputKind::probabilities)
            return &CrossEntropyLoss_takes_logits_and_applies_LogSoftmax_itself_so_leave_Softmax_out;
        if (kind == OutputKind::log_probabilities)
            return &CrossEntropyLoss_takes_logits_and_applies_LogSoftmax_itself_so_leave_LogSoftmax_out_or_use_NLLLoss;
        return nullptr;
    }

    void evaluate(auto& device, auto prediction, auto target, auto gradient, LossReport* report) const {
        using T = std::remove_const_t<typename decltype(prediction)::value_type>;
        if constexpr (!detail::is_class_indices<decltype(target)>) check_nothing_is_ignored();
        device.cross_entropy(prediction, target.data, gradient.data,
                             options<T>(class_extent(prediction).classes), report);
    }

    auto operator()(const auto& prediction, const auto& target) const {
        return evaluate_loss(*this, prediction, target);
    }

private:
    template <class T>
    SmoothedCrossEntropyOptions options(Size classes) const {
        detail::check_class_weights<T>("CrossEntropyLoss", "weight", weight, classes);
        if (!(label_smoothing >= 0 && label_smoothing <= 1))
            refuse_option("CrossEntropyLoss", "label_smoothing", label_smoothing, "in [0, 1]");
        return {{weight.data(), weight.size(), ignore_index, reduction == Reduction::mean, false},
                label_smoothing};
    }
    void check_nothing_is_ignored() const {
        if (ignore_index >= 0)
            throw ValueError(
                message("strata: CrossEntropyLoss: ignore_index is ", ignore_index,
                        ", but a target of probabilities has no class indices to ignore; leave it at -100"));
    }
};

}  // namespace strata
