#pragma once
// The loss protocol, and the call `criterion(prediction, target)`. A loss is a value type:
//
//   template <class Prediction, class Target>      // BatchViews
//   static constexpr Reason refuses_target();      // nullptr, or the function whose name says what is wrong
//   static constexpr Reason refuses_values(Values);   // the same for what the network puts out (optional)
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
#include <strata/core/class_extent.hpp>
#include <strata/core/math.hpp>
#include <strata/core/message.hpp>
#include <strata/losses/reduction.hpp>
#include <strata/models/model_check.hpp>
#include <strata/models/prediction.hpp>
#include <vector>

namespace strata {

// Reasons that several losses share. Compilers print the name.
inline void the_target_must_be_class_indices_of_type_int64_one_per_sample() {}
inline void the_target_must_have_the_shape_and_type_of_the_prediction() {}
inline void it_compares_numbers_with_numbers__class_indices_go_with_CrossEntropyLoss_or_NLLLoss() {}

template <class Loss>
struct the_loss {};
template <class Layer>
struct behind {};
template <Reason Why>
struct does_not_fit_because {};
template <class T, class... Shape>
struct the_target_holds {};

/// Whatever says which targets it refuses is a loss.
template <class L>
concept AnyLoss = requires {
    L::template refuses_target<BatchView<const float, void, Shape<1>>,
                               BatchView<const float, void, Shape<1>>>();
};

/// The words of a refused pair of network and loss.
template <class... Words>
struct loss_error {
    static constexpr bool the_loss_fits_the_network_and_the_target = false;
};
struct no_loss_error {
    static constexpr bool the_loss_fits_the_network_and_the_target = true;
};

namespace detail {

template <class Problem>
struct RefuseUnlessLossFits {
    static_assert(Problem::the_loss_fits_the_network_and_the_target,
                  "strata: this loss cannot stand behind this network or take this target; loss_error<...> "
                  "says which and why (docs/errors.md#loss)");
};

template <class Loss>
constexpr Reason refusal_of_values(Values values) {
    if constexpr (requires { Loss::refuses_values(values); })
        return Loss::refuses_values(values);
    else
        return nullptr;
}

template <class Loss, class Net, class Prediction, class Target, Size output = 0>
constexpr auto find_loss_problem() {
    if constexpr (!Network<Net>::fits) {
        return no_loss_error{};  // the network has been refused already
    } else {
        using LastLayer = typename Network<Net>::LastLayer;
        constexpr Reason target = Loss::template refuses_target<Prediction, Target>();
        constexpr Reason values = refusal_of_values<Loss>(Network<Net>::template values_of<output>);
        if constexpr (target != nullptr) {
            using Holds =
                the_target_holds<std::remove_const_t<typename Target::value_type>, shape_t<Target::dims>>;
            return loss_error<the_loss<Loss>, behind<LastLayer>, does_not_fit_because<target>, Holds>{};
        } else if constexpr (values != nullptr) {
            return loss_error<the_loss<Loss>, behind<LastLayer>, does_not_fit_because<values>>{};
        } else {
            return no_loss_error{};
        }
    }
}

template <class View>
inline constexpr bool is_class_indices =
    std::is_same_v<std::remove_const_t<typename View::value_type>, std::int64_t>;

/// Whether a target is class indices, as many as the prediction has positions.
template <class Prediction, class Target>
inline constexpr bool is_class_indices_of = is_class_indices<Target>&& Target::dims ==
                                            without_classes(Prediction::dims);

/// Whether a target is numbers like the prediction.
template <class Prediction, class Target>
inline constexpr bool is_like =
    Prediction::dims == Target::dims&& std::is_same_v<std::remove_const_t<typename Prediction::value_type>,
                                                      std::remove_const_t<typename Target::value_type>>;

/// The same memory as kernels see it, without what else the object may own.
template <class T, class Device, class Shape>
constexpr BatchView<T, Device, Shape> plain_view(const BatchView<T, Device, Shape>& view) {
    return view;
}

inline void check_same_batch(Size predictions, Size targets) {
    if (predictions != targets)
        throw ShapeError(message("strata: the prediction holds ", predictions,
                                 " samples, but the target holds ", targets));
}

[[noreturn]] inline void refuse_option(const char* loss, const char* option, double value,
                                       const char* limit) {
    throw ValueError(message("strata: ", loss, ": ", option, " is ", value, ", but it must ", limit));
}

/// Throws ValueError unless all weights are finite in the scalars T of the model, and none is negative.
template <class T>
void check_weights(const char* loss, const char* option, const std::vector<double>& weights) {
    constexpr double most = std::is_same_v<T, float> ? static_cast<double>(__FLT_MAX__) : __DBL_MAX__;
    for (Size i = 0; i < weights.size(); ++i)
        if (!is_finite(weights[i]) || weights[i] < 0 || weights[i] > most)
            throw ValueError(message("strata: ", loss, ": ", option, "[", i, "] is ", weights[i],
                                     ", but weights must be finite numbers of at least 0"));
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

/// Throws what has just been refused, on a device that works at once.
template <class Device>
void throw_refusal_on_host(const Device&, LossReport* report) {
    if constexpr (Device::is_host) {
        if (report->refused == 0) return;
        const LossReport refused = *report;
        report->refused = 0;
        check_report(refused);
    }
}

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
/// on_arrays.hpp.
template <class LossType, class Net, class Device, class T, Size output, class Target>
Loss evaluate_loss(const LossType& loss, const Prediction<Net, Device, T, output>& prediction,
                   const Target& target) {
    using Shape = typename Prediction<Net, Device, T, output>::sample_shape;
    using View = BatchView<const T, Device, Shape>;
    const auto held = detail::target_of<Device, T, Shape>(target);
    const auto view = detail::plain_view(held);
    using TargetView = std::remove_const_t<decltype(view)>;
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

}  // namespace strata
