#pragma once
// The result of a loss: its value, and which gradients it has written.

#include <strata/core/config.hpp>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/core/network/diagnostics.hpp>
#include <strata/core/operations/loss_report.hpp>
#include <strata/models/execution/pass_memory.hpp>
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
    using Passes = detail::Shared<const detail::PassCounter>;

    Loss() = default;
    /// `gradient`: its number, or 0 where the prediction has none to give.
    Loss(Passes passes, Size output, Size pass, Size gradient, LossSource source, LossReport* report)
        : passes_(std::move(passes)), source_(source) {
        part_[output] = {true, 1.0, source.value, pass, gradient, passes_->losses[output], report};
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
        if (source_.read == nullptr) return part.value;
        if (part.loss != passes_->losses[output])
            throw ValueError(
                "strata: the model has taken another loss since this one, in the same memory; ask "
                "for item() before that");
        const LossReport report = source_.read(source_.device, part.report);
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
        if (passes.changes != passes.changes_before_pass)
            return "the model's parameters have been changed since this loss's prediction, and its gradient "
                   "would be "
                   "that of neither; go backward before that";
        if (part.gradient != passes.gradients[output])
            return "another loss of the same prediction has been taken since, and its gradient lies there "
                   "now";
        return nullptr;
    }

    Part part_[max_operands];
    Passes passes_;
    LossSource source_;
};

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
