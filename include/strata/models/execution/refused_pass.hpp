#pragma once
// The way back from a refused pass in training mode, which writes buffers, such as running means, before
// anybody knows whether the batch is fine.

#include <strata/core/operations/loss_report.hpp>
#include <strata/models/execution/memory.hpp>

namespace strata::detail {

/// Work for each buffer element of a device that finds out by itself.
template <class T>
struct RestoreUnlessFine {
    const LossReport* report;

    STRATA_HOST_DEVICE void operator()(T& now, const T& before) const {
        if (report->refused != 0 || report->leave_out) now = before;
    }
};

/// Lives for the length of a pass or a step. On the host it puts the buffers back when an exception ends it;
/// other devices look at the report at the end of a step. `N` is a Network.
template <class N, class Device, class T>
class RefusedPass {
public:
    static constexpr Size buffers = N::parameters.elements - N::parameters.learnt_elements;

    /// `before` has room for the model's buffers.
    RefusedPass(const Memory<N, Device, T>& memory, T* before) : memory_(memory), before_(before) {
        memory.device.copy(static_cast<const T*>(now()), before, buffers);
    }
    RefusedPass(const RefusedPass&) = delete;
    RefusedPass& operator=(const RefusedPass&) = delete;
    ~RefusedPass() {
        if (ended_) return;
        memory_.device.now_or_later(
            [&] { memory_.device.copy(static_cast<const T*>(before_), now(), buffers); }, [](auto&) {});
    }

    void end() { ended_ = true; }
    void end(const LossReport* report) {
        ended_ = true;
        if constexpr (buffers > 0)
            memory_.device.now_or_later([] {},
                                        [&](auto& device) {
                                            device.for_each(buffers, RestoreUnlessFine<T>{report}, now(),
                                                            static_cast<const T*>(before_));
                                        });
    }

private:
    T* now() const { return memory_.parameters + N::parameters.learnt_elements; }

    const Memory<N, Device, T>& memory_;
    T* before_;
    bool ended_ = false;
};

}  // namespace strata::detail
