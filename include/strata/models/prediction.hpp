#pragma once
// What `model(x)` returns: the network's output as a tensor, together with the place where a loss writes its
// gradient. It shows the model's own memory and is valid until the model's next pass.

#include <strata/core/error.hpp>
#include <strata/core/loss_report.hpp>
#include <strata/core/message.hpp>
#include <strata/core/network.hpp>
#include <strata/core/tensor.hpp>
#include <tuple>
#include <type_traits>

namespace strata {

/// What a model has counted: a prediction belongs to its last pass, a loss to its last gradient, or is
/// refused. Each pass counts as a gradient too, because it overwrites the one before.
struct PassCounter {
    Size passes = 0;
    Size gradients[max_operands] = {};  ///< of each output
    Size losses[max_operands] = {};

    void forget_gradients() {
        for (Size& gradient : gradients) ++gradient;
    }
};

namespace detail {

/// Throws ValueError if the loss refused its batch, and NumericError if a trainer's step was stopped and
/// nobody has asked it since.
inline void check_report(const LossReport& report) {
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

}  // namespace detail

/// A loss: its value, and which gradient it has written where. `model.backward(loss)` goes on from there.
/// Losses of several outputs add up, each times a number: `model.backward(a + 0.5 * b)`.
///
/// The value of a device that works on its own is fetched when it is asked for, which waits for the device;
/// later than the next loss of that output it is gone, and ValueError is thrown.
class Loss {
public:
    using Read = LossReport (*)(const void* device, LossReport* report);

    Loss() = default;
    Loss(const PassCounter& counter, Size output, Size gradient, Read read, const void* device,
         LossReport* report)
        : counter_(&counter), read_(read), device_(device) {
        part_[output] = {true, 1.0, 0, gradient, counter.losses[output], report};
    }
    /// A value that is there.
    Loss(const PassCounter& counter, Size output, Size gradient, double value) : counter_(&counter) {
        part_[output] = {true, 1.0, value, gradient, 0, nullptr};
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
            if (a.part_[o].there || a.counter_ != b.counter_)
                throw ValueError("strata: losses add up when they are of different outputs of one model's "
                                 "pass; each writes "
                                 "the gradient of its own");
            a.part_[o] = b.part_[o];
        }
        return a;
    }

    /// Whether the gradients of all outputs are those that lie in the model of this counter.
    bool belongs_to(const PassCounter& counter, Size outputs) const {
        if (counter_ != &counter) return false;
        for (Size o = 0; o < outputs; ++o)
            if (part_[o].gradient == 0 || part_[o].gradient != counter.gradients[o]) return false;
        return true;
    }
    /// What the gradient of an output has to be multiplied with.
    double factor(Size output) const { return part_[output].factor; }

private:
    struct Part {
        bool there = false;
        double factor = 1;
        double value = 0;
        Size gradient = 0;  ///< counted by the model; 0 is no gradient
        Size loss = 0;
        LossReport* report = nullptr;
    };

    double value_of(Size output) const {
        const Part& part = part_[output];
        if (read_ == nullptr) return part.value;
        if (part.loss != counter_->losses[output])
            throw ValueError(
                "strata: the model has taken another loss since this one, in the same memory; ask "
                "for item() before that");
        const LossReport report = read_(device_, part.report);
        detail::check_report(report);
        return report.value;
    }

    Part part_[max_operands];
    const PassCounter* counter_ = nullptr;
    Read read_ = nullptr;
    const void* device_ = nullptr;
};

/// What a network puts out: its only output, or one of several.
template <class Net, class Device, class T, Size output = 0>
class Prediction
    : public Device::template BatchTensor<T, typename Network<Net>::template OutputShapeOf<output>> {
    using Shape = typename Network<Net>::template OutputShapeOf<output>;

public:
    using network_type = Net;
    using View = BatchView<T, Device, Shape>;
    using Base = typename Device::template BatchTensor<T, Shape>;

    /// `gradient.data` is null for a prediction in evaluation mode. `report` lies in the device's memory, and
    /// `workspace` is the model's room for losses that need some.
    Prediction(View shown, View gradient, PassCounter& counter, Device& device, LossReport* report,
               typename Device::template Buffer<T>& workspace)
        : Base(shown), gradient_(gradient), counter_(&counter), pass_(counter.passes), device_(&device),
          report_(report), workspace_(&workspace) {}

    Device& device() const { return *device_; }
    LossReport* report() const { return report_; }
    typename Device::template Buffer<T>& workspace() const { return *workspace_; }

    /// Where a loss writes its gradient. Throws ValueError if the model has run another pass since: then
    /// these numbers are no longer this prediction's.
    View gradient_view() const {
        if (pass_ != counter_->passes)
            throw ValueError(
                "strata: the model has run another pass since this prediction, in the same memory; take "
                "the loss before that, or copy the prediction into an xt::xtensor");
        return gradient_;
    }
    /// The loss whose gradient and report have just been written.
    Loss loss() const {
        ++counter_->losses[output];
        const Size gradient = gradient_.data == nullptr ? 0 : ++counter_->gradients[output];
        if constexpr (Device::is_host)
            return {*counter_, output, gradient, report_->value};
        else
            return {*counter_, output, gradient, &Device::read_report, device_, report_};
    }

private:
    View gradient_;
    PassCounter* counter_;
    Size pass_;
    Device* device_;
    LossReport* report_;
    typename Device::template Buffer<T>* workspace_;
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
