#pragma once
// What a step that is refused has to undo: forward passes in training mode write buffers, such as running
// means, before anybody knows whether the batch is fine.

#include <strata/models/model.hpp>

namespace strata::detail {

/// Work for each buffer element of a device that finds out by itself.
template <class T>
struct RestoreUnlessFine {
    const LossReport* report;

    STRATA_HOST_DEVICE void operator()(T& now, const T& before) const {
        if (report->refused != 0 || report->leave_out) now = before;
    }
};

/// Lives for the length of a step. On the host it undoes what was done when an exception ends the step; other
/// devices look at the report at its end.
template <class Model>
class RefusedStep {
    using N = Network<typename Model::network_type>;
    using Device = typename Model::device_type;
    using T = typename Model::value_type;

public:
    static constexpr Size buffers = N::parameters.elements - N::parameters.learnt_elements;

    /// `before` has room for the model's buffers.
    RefusedStep(Model& model, const Memory<Device, T>& memory, T* before)
        : model_(model), memory_(memory), before_(before) {
        memory.device.copy(static_cast<const T*>(now()), before, buffers);
    }
    RefusedStep(const RefusedStep&) = delete;
    RefusedStep& operator=(const RefusedStep&) = delete;
    ~RefusedStep() {
        if (ended_ || !Device::is_host) return;
        memory_.device.copy(static_cast<const T*>(before_), now(), buffers);
        if (gradients_are_spoilt_) model_.zero_grad();
    }

    /// From here on gradients of before are overwritten.
    void forget_gradients() { gradients_are_spoilt_ = true; }
    void end(const LossReport* report) {
        ended_ = true;
        if constexpr (!Device::is_host && buffers > 0)
            memory_.device.for_each(buffers, RestoreUnlessFine<T>{report}, now(),
                                    static_cast<const T*>(before_));
    }

private:
    T* now() const { return memory_.parameters + N::parameters.learnt_elements; }

    Model& model_;
    const Memory<Device, T>& memory_;
    T* before_;
    bool gradients_are_spoilt_ = false, ended_ = false;
};

}  // namespace strata::detail
