#pragma once
// What `model(x)` returns: the network's output as a tensor, together with the place where a loss writes its
// gradient. It shows the model's own memory and is valid until the model's next pass.

#include <strata/core/error.hpp>
#include <strata/core/loss_report.hpp>
#include <strata/core/message.hpp>
#include <strata/core/network.hpp>
#include <strata/core/tensor.hpp>

namespace strata {

/// What a model has counted: a prediction belongs to its last pass, a loss to its last gradient, or is
/// refused. Each pass counts as a gradient too, because it overwrites the one before.
struct PassCounter {
    Size passes = 0;
    Size gradients = 0;
    Size losses = 0;
};

namespace detail {

/// Throws ValueError if the loss refused its batch, and NumericError if a trainer's step was stopped and
/// nobody has asked it since.
inline void check_report(const LossReport& report) {
    if (report.refused >= LossReport::gradient_not_finite)
        throw NumericError(
            "strata: a trainer's step was stopped, because its loss or a gradient was not finite");
    if (report.refused != 0)
        throw ValueError(message("strata: target: found the label ", report.label, " at index ",
                                 report.refused - 1, " of the batch, but labels lie in [0, ", report.classes,
                                 ")"));
}

}  // namespace detail

/// A loss: its value, and which gradient it has written where. `model.backward(loss)` goes on from there.
/// The value of a device that works on its own is fetched when it is asked for, which waits for the device;
/// later than the next loss it is gone, and ValueError is thrown.
class Loss {
public:
    using Read = LossReport (*)(const void* device, LossReport* report);

    Loss() = default;
    Loss(const PassCounter& counter, Size gradient, Read read, const void* device, LossReport* report)
        : gradient_(gradient), loss_(counter.losses), counter_(&counter), read_(read), device_(device),
          report_(report) {}
    /// A value that is there.
    Loss(const PassCounter& counter, Size gradient, double value)
        : value_(value), gradient_(gradient), counter_(&counter) {}

    double item() const {
        if (read_ == nullptr) return value_;
        if (loss_ != counter_->losses)
            throw ValueError(
                "strata: the model has taken another loss since this one, in the same memory; ask "
                "for item() before that");
        const LossReport report = read_(device_, report_);
        detail::check_report(report);
        return report.value;
    }
    operator double() const { return item(); }

    /// Whether its gradient is the one that lies in the model of this counter.
    bool belongs_to(const PassCounter& counter) const {
        return gradient_ != 0 && gradient_ == counter.gradients && counter_ == &counter;
    }

private:
    double value_ = 0;
    Size gradient_ = 0;  // counted by the model; 0 is no gradient
    Size loss_ = 0;
    const PassCounter* counter_ = nullptr;  // that model's
    Read read_ = nullptr;
    const void* device_ = nullptr;
    LossReport* report_ = nullptr;
};

template <class Net, class Device, class T>
class Prediction : public Device::template BatchTensor<T, typename Network<Net>::OutputShape> {
public:
    using network_type = Net;
    using View = BatchView<T, Device, typename Network<Net>::OutputShape>;
    using Base = typename Device::template BatchTensor<T, typename Network<Net>::OutputShape>;

    /// `gradient.data` is null for a prediction in evaluation mode. `report` lies in the device's memory.
    Prediction(View output, View gradient, PassCounter& counter, Device& device, LossReport* report)
        : Base(output), gradient_(gradient), counter_(&counter), pass_(counter.passes), device_(&device),
          report_(report) {}

    Device& device() const { return *device_; }
    LossReport* report() const { return report_; }

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
        ++counter_->losses;
        const Size gradient = gradient_.data == nullptr ? 0 : ++counter_->gradients;
        if constexpr (Device::is_host)
            return {*counter_, gradient, report_->value};
        else
            return {*counter_, gradient, &Device::read_report, device_, report_};
    }

private:
    View gradient_;
    PassCounter* counter_;
    Size pass_;
    Device* device_;
    LossReport* report_;
};

}  // namespace strata
