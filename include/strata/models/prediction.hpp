#pragma once
// What `model(x)` returns: the network's output as a tensor, together with the place where a loss writes its
// gradient. It shows the model's own memory and is valid until the model's next pass.

#include <strata/core/network.hpp>
#include <strata/core/tensor.hpp>

namespace strata {

template <class Net, class Device, class T>
class Prediction : public Device::template BatchTensor<T, typename Network<Net>::OutputShape> {
public:
    using network_type = Net;
    using shape_type = typename Network<Net>::OutputShape;
    using View = BatchView<T, Device, shape_type>;
    using Base = typename Device::template BatchTensor<T, shape_type>;

    Prediction(View output, View gradient, Size pass, Device& device)
        : Base(output), gradient_(gradient), pass_(pass), device_(&device) {}

    /// Where the gradient of the loss with respect to this prediction goes.
    View gradient_view() const { return gradient_; }
    /// Which forward pass of the model this came from, so that a stale one is noticed.
    Size pass() const { return pass_; }
    Device& device() const { return *device_; }

private:
    View gradient_;
    Size pass_;
    Device* device_;
};

/// A loss: its value, and the forward pass whose gradient it has written. `model.backward(loss)` goes on from
/// there.
struct Loss {
    double value = 0;
    Size pass = 0;

    double item() const { return value; }
    operator double() const { return value; }
};

}  // namespace strata
