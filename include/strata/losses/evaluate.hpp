#pragma once
// The loss protocol, and the call `criterion(prediction, target)`. A loss is a value type:
//
//   template <class Prediction, class Target>      // BatchViews
//   static constexpr Reason refuses(Values);       // nullptr, or the function whose name says what is wrong
//
//   double evaluate(device, prediction, target, gradient) const;
//       the value; and, unless gradient.data is null, its gradient with respect to the prediction
//   double evaluate_behind(const Layer&, device, x, target, dx) const;                             (optional)
//       the same for the network's last layer and the loss in one kernel; x is that layer's input
//
//   auto operator()(const auto& prediction, const auto& target) const { return evaluate_loss(*this, prediction, target); }
//
// Targets are class indices (BatchView of std::int64_t with Shape<>, one per sample) or numbers of the prediction's
// own type and shape.

#include <cstdint>
#include <strata/core/error.hpp>
#include <strata/losses/reduction.hpp>
#include <strata/models/prediction.hpp>
#include <string>

namespace strata {

// Reasons that several losses share. Compilers print the name.
inline void the_target_must_be_class_indices_of_type_int64_one_per_sample() {}
inline void the_target_must_have_the_shape_and_type_of_the_prediction() {}

template <class Loss>
struct the_loss {};
template <class Layer>
struct behind {};
template <Reason Why>
struct does_not_fit_because {};

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
                  "strata: this loss cannot stand behind this network or take this target; the arguments of loss_error<...> "
                  "say which and why (docs/errors.md#loss)");
};

template <class Loss, class Net, class Prediction, class Target>
constexpr auto find_loss_problem() {
    constexpr Reason reason = Loss::template refuses<Prediction, Target>(Network<Net>::output_values);
    if constexpr (reason != nullptr)
        return loss_error<the_loss<Loss>, behind<typename Network<Net>::LastLayer>, does_not_fit_because<reason>>{};
    else
        return no_loss_error{};
}

/// Refuses a loss that does not fit, at compile time; `fits` says whether it does, so that callers stop there.
template <class Loss, class Net, class Prediction, class Target>
struct LossCheck {
    using Problem = decltype(find_loss_problem<Loss, Net, Prediction, Target>());
    RefuseUnlessLossFits<Problem> refused_here;
    static constexpr bool fits = Problem::the_loss_fits_the_network_and_the_target;
};

template <class View>
inline constexpr bool is_class_indices =
    std::is_same_v<std::remove_const_t<typename View::value_type>, std::int64_t> && View::dims.elements() == 1;

/// Whether a target is numbers like the prediction.
template <class Prediction, class Target>
inline constexpr bool is_like = Prediction::dims == Target::dims &&
                                std::is_same_v<std::remove_const_t<typename Prediction::value_type>,
                                               std::remove_const_t<typename Target::value_type>>;

inline void check_same_batch(Size predictions, Size targets) {
    if (predictions != targets)
        throw ShapeError("strata: the prediction holds " + std::to_string(predictions) + " samples, but the target holds " +
                         std::to_string(targets));
}

}  // namespace detail

/// `criterion(prediction, target)`: the value, with the gradient left where `model.backward(loss)` finds it.
/// `target` is an xtensor of class indices (batch) or of numbers with the prediction's shape, or a loader's batch.
template <class LossType, class Net, class Device, class T, class Target>
Loss evaluate_loss(const LossType& loss, const Prediction<Net, Device, T>& prediction, const Target& target) {
    const auto view = Device::template target_batch<T, typename Prediction<Net, Device, T>::shape_type>(target);
    using View = BatchView<const T, Device, typename Prediction<Net, Device, T>::shape_type>;
    if constexpr (detail::LossCheck<LossType, Net, View, decltype(view)>::fits) {
        const View output = prediction.batch_view();
        detail::check_same_batch(output.batch, view.batch);
        return {loss.evaluate(prediction.device(), output, view, prediction.gradient_view()), prediction.pass()};
    } else {
        return {};
    }
}

}  // namespace strata
