#pragma once
// The loss protocol, and the call `criterion(prediction, target)`. A loss is a value type:
//
//   template <class Prediction, class Target>      // BatchViews
//   static constexpr Reason refuses_target();      // nullptr, or the function whose name says what is wrong
//   static constexpr Reason refuses_output(OutputKind);   // the same for what the network puts out (optional)
//
//   void evaluate(device, prediction, target, gradient, report) const;
//       the value, to report->value; and, unless gradient.data is null, its gradient with respect to the
//       prediction. What depends on the numbers is done by the device's operations, because they may lie
//       where the host does not see them; the report too. What the value is divided by belongs to it:
//       LossValue(sum, divisor), as device.sum reports it; a mere number is taken for a mean over samples,
//       and with a member `reduction` that is `sum` for a sum.
//   void evaluate_behind(const Layer&, device, x, target, dx, report) const;                       (optional)
//       the same for the network's last layer and the loss in one kernel; x is that layer's input
//
//   template <class Prediction, class Target>
//   static constexpr Size workspace(Size batch);                                                   (optional)
//       elements of memory that it works in, which `evaluate` gets as a last argument
//
//   auto operator()(const auto& prediction, const auto& target) const {
//       return evaluate_loss(*this, prediction, target);
//   }
//
// Targets are class indices (std::int64_t; a prediction (C, d...) per sample takes (d...), so that C alone
// takes one index per sample) or numbers of the prediction's own type and shape.

#include <cstdint>
#include <strata/core/config.hpp>
#include <strata/core/math.hpp>
#include <strata/core/message.hpp>
#include <strata/core/operations/class_extent.hpp>
#include <strata/core/refuse_option.hpp>
#include <strata/losses/loss_check.hpp>
#include <strata/losses/reduction.hpp>
#include <strata/losses/target.hpp>
#include <strata/models/prediction.hpp>
#include <type_traits>
#include <vector>

namespace strata {

namespace detail {

/// Throws ValueError unless all weights are finite in the scalars T of the model, and none is negative.
template <class T>
void check_weights(const char* loss, const char* option, const std::vector<double>& weights) {
    constexpr double most = std::is_same_v<T, float> ? static_cast<double>(__FLT_MAX__) : __DBL_MAX__;
    for (Size i = 0; i < weights.size(); ++i)
        if (!is_finite(weights[i]) || weights[i] < 0 || weights[i] > most)
            refuse_option(loss, message(option, "[", i, "]").c_str(), weights[i],
                          "a finite number of at least 0");
}
/// Throws ValueError unless there is one weight per class, or none.
template <class T>
void check_class_weights(const char* loss, const char* option, const std::vector<double>& weights,
                         Size classes) {
    if (!weights.empty() && weights.size() != classes)
        throw ValueError(message("strata: ", loss, ": ", option, " has ", weights.size(),
                                 " numbers, but the prediction has ", classes, " classes"));
    check_weights<T>(loss, option, weights);
}

#ifdef STRATA_INSTANCE
STRATA_INSTANCE void check_class_weights<float>(const char*, const char*, const std::vector<double>&, Size);
#endif

/// Elements of memory that a loss works in.
template <class LossType, class Prediction, class Target>
Size workspace_of(Size batch) {
    if constexpr (requires { LossType::template workspace<Prediction, Target>(batch); })
        return LossType::template workspace<Prediction, Target>(batch);
    else
        return 0;
}
/// The memory that a loss works in, large enough for a batch; null if it needs none. Work that is recorded
/// keeps its address, so it is made before that.
template <class LossType, class Prediction, class Target, class Workspace>
const void* make_workspace(Workspace& workspace, Size batch) {
    const Size size = workspace_of<LossType, Prediction, Target>(batch);
    if (workspace.size() < size) workspace.resize(size);
    return size == 0 ? nullptr : workspace.data();
}
/// `loss.evaluate`, with the memory that it needs.
template <class LossType, class Device, class Prediction, class Target, class Gradient, class Workspace>
void evaluate_with(const LossType& loss, Device& device, Prediction prediction, Target target,
                   Gradient gradient, LossReport* report, Workspace& workspace) {
    if constexpr (requires { LossType::template workspace<Prediction, Target>(Size()); }) {
        (void)make_workspace<LossType, Prediction, Target>(workspace, prediction.batch);
        loss.evaluate(device, prediction, target, gradient, report, workspace.data());
    } else {
        loss.evaluate(device, prediction, target, gradient, report);
    }
}

}  // namespace detail

/// `criterion(prediction, target)`: the value, with the gradient left where `model.backward(loss)` finds it
/// (in training mode; a model in evaluation mode has none to give). `target` is an xtensor container, view or
/// expression of class indices or of numbers, or a loader's batch. For predictions that are not a model's see
/// loss_of_arrays.hpp.
template <class LossType, class Net, class Device, class T, Size output, class Target>
Loss evaluate_loss(const LossType& loss, const Prediction<Net, Device, T, output>& prediction,
                   const Target& target) {
    using Shape = typename Prediction<Net, Device, T, output>::sample_shape;
    using View = BatchView<const T, Device, Shape>;
    const auto held = detail::target_of<Device, T, Shape>(target);
    const auto view = detail::plain_view(held);
    using TargetView = detail::TypeOfTarget<LossType, View, std::remove_const_t<decltype(view)>, Target>;
    using Problem = decltype(detail::find_loss_problem<LossType, Net, View, TargetView, output>());
    [[maybe_unused]] detail::RefuseUnlessLossFits<Problem> refused_here;
    if constexpr (Network<Net>::fits && Problem::the_loss_fits_the_network_and_the_target) {
        const View shown = prediction.batch_view();
        detail::check_same_batch(shown.batch, view.batch);
        detail::evaluate_with(loss, prediction.device(), shown, view, prediction.gradient_view(),
                              prediction.report(), prediction.workspace());
        return prediction.loss();
    } else {
        return {};
    }
}

/// Refused: the prediction comes first.
template <class LossType, class Target, class Net, class Device, class T, Size output>
requires(!requires { typename Target::network_type; }) Loss
    evaluate_loss(const LossType&, const Target&, const Prediction<Net, Device, T, output>&) {
    constexpr bool the_prediction_comes_first = detail::never<Target>;
    static_assert(the_prediction_comes_first,
                  "strata: the prediction comes first, and then the target: criterion(model(x), y) "
                  "(docs/errors.md#loss)");
    return {};
}

/// Refused: neither a prediction nor arrays.
template <class LossType, class X, class Y>
Loss evaluate_loss(const LossType&, const X&, const Y&) {
    constexpr bool the_loss_is_given_a_prediction_and_a_target = detail::never<X, Y>;
    static_assert(
        the_loss_is_given_a_prediction_and_a_target,
        "strata: a loss takes what model(x) returned and its target, criterion(model(x), y), of several "
        "outputs one after the other; or two xtensor arrays on the host (docs/errors.md#loss)");
    return {};
}

}  // namespace strata
