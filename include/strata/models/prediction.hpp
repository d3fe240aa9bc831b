#pragma once
// What `model(x)` returns: the network's output as a tensor, together with the place where a loss writes its
// gradient. It shows the model's own memory and is valid until the model's next pass.

#include <strata/core/error.hpp>
#include <strata/core/network.hpp>
#include <strata/core/tensor.hpp>

namespace strata {

/// What a model has counted: a prediction belongs to its last pass, a loss to its last gradient, or is
/// refused. Each pass counts as a gradient too, because it overwrites the one before.
struct PassCounter {
    Size passes = 0;
    Size gradients = 0;
};

/// A loss: its value, and which gradient it has written where. `model.backward(loss)` goes on from there.
struct Loss {
    double value = 0;
    Size gradient = 0;                     ///< counted by the model; 0 is no gradient
    const PassCounter* counter = nullptr;  ///< that model's

    double item() const { return value; }
    operator double() const { return value; }
};

template <class Net, class Device, class T>
class Prediction : public Device::template BatchTensor<T, typename Network<Net>::OutputShape> {
public:
    using network_type = Net;
    using View = BatchView<T, Device, typename Network<Net>::OutputShape>;
    using Base = typename Device::template BatchTensor<T, typename Network<Net>::OutputShape>;

    /// `gradient.data` is null for a prediction in evaluation mode.
    Prediction(View output, View gradient, PassCounter& counter, Device& device)
        : Base(output), gradient_(gradient), counter_(&counter), pass_(counter.passes), device_(&device) {}

    Device& device() const { return *device_; }

    /// Where a loss writes its gradient. Throws ValueError if the model has run another pass since: then
    /// these numbers are no longer this prediction's.
    View gradient_view() const {
        if (pass_ != counter_->passes)
            throw ValueError(
                "strata: the model has run another pass since this prediction, in the same memory; take "
                "the loss before that, or copy the prediction into an xt::xtensor");
        return gradient_;
    }
    /// The loss whose gradient has just been written.
    Loss loss(double value) const {
        return {value, gradient_.data == nullptr ? 0 : ++counter_->gradients, counter_};
    }

private:
    View gradient_;
    PassCounter* counter_;
    Size pass_;
    Device* device_;
};

}  // namespace strata
