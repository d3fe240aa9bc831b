#pragma once
// The result of `model(x)`: the network's output as a tensor of the user's own, which also knows where a loss
// writes its gradient.

#include <strata/core/network/network.hpp>
#include <strata/models/loss_result.hpp>
#include <tuple>
#include <type_traits>

namespace strata {

/// What a network puts out: its only output, or one of several. It holds its elements, and stays what it is
/// whatever becomes of the model; one that `model.view(x)` returned shows the model's memory.
template <class Net, class Device, class T, Size output = 0>
class Prediction
    : public Device::template BatchTensor<const T, typename Network<Net>::template OutputShapeOf<output>> {
    using Shape = typename Network<Net>::template OutputShapeOf<output>;
    using Passes = detail::PassMemory<Network<Net>, Device, T>;

public:
    using network_type = Net;
    using View = BatchView<const T, Device, Shape>;
    using GradientOf = BatchView<T, Device, Shape>;
    using Base = typename Device::template BatchTensor<const T, Shape>;

    /// `gradient.data` is null for a prediction in evaluation mode; without an owner it is a view.
    Prediction(View shown, detail::Owner owner, GradientOf gradient, const detail::Shared<Passes>& passes)
        : Base(shown, std::move(owner)), gradient_(gradient), passes_(passes), pass_(passes->passes) {}

    Device& device() const { return passes_->device; }
    LossReport* report() const { return passes_->report.data() + output; }
    /// The model's room for losses that need some.
    typename Device::template Buffer<T>& workspace() const { return passes_->workspace; }

    /// Where a loss writes its gradient; nowhere, if the model has run another pass since. Throws ValueError
    /// if this is a view, and shows other numbers by then.
    GradientOf gradient_view() const {
        if (is_of_last_pass()) return gradient_;
        if (!this->owner())
            throw ValueError(
                "strata: the model has run another pass since this view of its memory was taken, "
                "and it shows other numbers now; take the loss before that, or write model(x)");
        return {nullptr, gradient_.batch};
    }
    /// A prediction is refused as what to go backward from.
    template <class This = Prediction>
    void backward() const {
        constexpr bool it_is_a_loss = detail::never<This>;
        static_assert(
            it_is_a_loss,
            "strata: a prediction has no gradient yet; take a loss of it, and the model goes backward: "
            "model.backward(criterion(prediction, y)) (docs/errors.md#backward)");
    }

    /// The loss whose gradient and report have just been written.
    Loss loss() const {
        ++passes_->losses[output];
        const bool differentiable = gradient_.data != nullptr && is_of_last_pass();
        const Size gradient = differentiable ? ++passes_->gradients[output] : 0;
        return {passes_, output, pass_, gradient, passes_->device.loss_source(report()), report()};
    }

private:
    bool is_of_last_pass() const { return pass_ == passes_->passes; }

    GradientOf gradient_;
    detail::Shared<Passes> passes_;
    Size pass_;
};

namespace detail {

/// What a model's forward returns: a prediction, or a tuple of them.
template <class Net, class Device, class T, Size... O>
auto prediction_type(std::index_sequence<O...>) {
    if constexpr (sizeof...(O) == 1)
        return std::type_identity<Prediction<Net, Device, T>>{};
    else
        return std::type_identity<std::tuple<Prediction<Net, Device, T, O>...>>{};
}
template <class Net, class Device, class T>
using PredictionOf = typename decltype(prediction_type<Net, Device, T>(
    std::make_index_sequence<Network<Net>::outputs>{}))::type;

}  // namespace detail
}  // namespace strata
