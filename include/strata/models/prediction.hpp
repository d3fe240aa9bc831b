#pragma once
// The result of `model(x)`: the network's output as a tensor of the user's own, which also knows where a loss
// writes its gradient; and what a loss returns.

#include <strata/core/config.hpp>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/core/network/network.hpp>
#include <strata/core/operations/loss_report.hpp>
#include <strata/core/tensor.hpp>
#include <strata/models/pass_memory.hpp>
#include <tuple>
#include <type_traits>

namespace strata {

namespace detail {

/// Throws ValueError if the loss refused its batch, and NumericError if a trainer's step was stopped and
/// nobody has asked it since.
void check_report(const LossReport& report);

}  // namespace detail

/// A loss: its value, and which gradient it has written where. `model.backward(loss)` goes on from there.
/// Losses of several outputs add up, each times a number: `model.backward(a + 0.5 * b)`.
///
/// The value of a device that works on its own is fetched when it is asked for, which waits for the device;
/// later than the next loss of that output it is gone, and ValueError is thrown.
class Loss {
public:
    using Read = LossReport (*)(const void* device, LossReport* report);
    using Passes = detail::Shared<const detail::PassCounter>;

    Loss() = default;
    /// `gradient`: its number, or 0 where the prediction has none to give.
    Loss(Passes passes, Size output, Size pass, Size gradient, Read read, const void* device,
         LossReport* report)
        : passes_(std::move(passes)), read_(read), device_(device) {
        part_[output] = {true, 1.0, 0, pass, gradient, passes_->losses[output], report};
    }
    /// A value that is there.
    Loss(Passes passes, Size output, Size pass, Size gradient, double value) : passes_(std::move(passes)) {
        part_[output] = {true, 1.0, value, pass, gradient, 0, nullptr};
    }

    double item() const {
        double sum = 0;
        for (Size o = 0; o < max_operands; ++o)
            if (part_[o].there) sum += part_[o].factor * value_of(o);
        return sum;
    }
    operator double() const { return item(); }
    /// The same as another type of number: `loss.item<float>()`.
    template <class Number>
    requires std::is_arithmetic_v<Number> Number item()
    const { return static_cast<Number>(item()); }
    /// Refused: a loss does not know its model.
    template <class... Nothing>
    void backward(Nothing&&...) const {
        constexpr bool the_model_goes_backward = detail::never<Nothing...>;
        static_assert(the_model_goes_backward,
                      "strata: a loss does not know its model; write model.backward(loss) "
                      "(docs/errors.md#backward)");
    }

    // Templates, or `2 * loss` could mean the product of two numbers, too.
    template <class Factor>
    requires std::is_arithmetic_v<Factor>
    friend Loss operator*(Factor factor, Loss loss) {
        for (Part& part : loss.part_) part.factor *= static_cast<double>(factor);
        return loss;
    }
    template <class Factor>
    requires std::is_arithmetic_v<Factor>
    friend Loss operator*(const Loss& loss, Factor factor) { return factor * loss; }
    template <class Divisor>
    requires std::is_arithmetic_v<Divisor>
    friend Loss operator/(const Loss& loss, Divisor divisor) {
        return (1 / static_cast<double>(divisor)) * loss;
    }
    /// Throws ValueError if both are of the same output, or of different models.
    friend Loss operator+(Loss a, const Loss& b) {
        for (Size o = 0; o < max_operands; ++o) {
            if (!b.part_[o].there) continue;
            if (a.part_[o].there || a.passes_.get() != b.passes_.get())
                throw ValueError("strata: losses add up when they are of different outputs of one model's "
                                 "pass; each writes "
                                 "the gradient of its own");
            a.part_[o] = b.part_[o];
        }
        return a;
    }

    /// Throws ValueError, with the cause, unless the gradients of all outputs lie in the model of `passes`.
    void check_backward(const detail::PassCounter& passes, Size outputs) const {
        const char* cause = nullptr;
        for (Size o = 0; o < outputs && cause == nullptr; ++o) cause = refusal_of(part_[o], o, passes);
        if (cause != nullptr) throw ValueError(message("strata: backward: ", cause));
    }
    /// What the gradient of an output has to be multiplied with.
    double factor(Size output) const { return part_[output].factor; }

private:
    struct Part {
        bool there = false;
        double factor = 1;
        double value = 0;
        Size pass = 0;
        Size gradient = 0;  ///< counted by the model; 0 is no gradient
        Size loss = 0;
        LossReport* report = nullptr;
    };

    double value_of(Size output) const {
        const Part& part = part_[output];
        if (read_ == nullptr) return part.value;
        if (part.loss != passes_->losses[output])
            throw ValueError(
                "strata: the model has taken another loss since this one, in the same memory; ask "
                "for item() before that");
        const LossReport report = read_(device_, part.report);
        detail::check_report(report);
        return report.value;
    }

    [[gnu::cold]] const char* refusal_of(const Part& part, Size output,
                                         const detail::PassCounter& passes) const {
        if (!passes_) return "this loss is empty; take it with criterion(model(x), y)";
        if (passes_.get() != &passes) return "this loss is of another model's prediction";
        if (!part.there)
            return "an output has no loss; add up those of all outputs, first(a, y) + 0.5 * second(b, z)";
        if (part.pass != passes.passes)
            return "the model has run another pass since this loss's prediction, in the same activations; go "
                   "backward before that, or look in between with predict(model, x)";
        if (part.gradient == 0)
            return "the prediction was made in evaluation mode, which keeps nothing for a gradient; call "
                   "model.train() before the forward pass";
        if (passes.differentiated == part.pass)
            return "it has been done for this prediction; it takes a loss once";
        if (part.gradient != passes.gradients[output])
            return "another loss of the same prediction has been taken since, and its gradient lies there "
                   "now";
        return nullptr;
    }

    Part part_[max_operands];
    Passes passes_;
    Read read_ = nullptr;
    const void* device_ = nullptr;
};

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
        if constexpr (Device::is_host)
            return {passes_, output, pass_, gradient, report()->value};
        else
            return {passes_, output, pass_, gradient, &Device::read_report, &passes_->device, report()};
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

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION void check_report(const LossReport& report) {
    if (report.refused == LossReport::no_probability)
        throw ValueError(
            message("strata: BCELoss: the prediction holds ", report.refused_value,
                    ", but it takes probabilities, from 0 to 1; end the network with Sigmoid, or use "
                    "BCEWithLogitsLoss"));
    if (report.refused >= LossReport::nothing_counts)
        throw NumericError(
            "strata: a trainer's step was stopped, because its loss or a gradient was not finite");
    if (report.refused != 0)
        throw ValueError(message("strata: target: found the label ", report.label, " at index ",
                                 report.refused - 1, " of the batch, but labels lie in [0, ", report.classes,
                                 ")"));
}

}  // namespace strata::detail
#endif
