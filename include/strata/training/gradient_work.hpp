#pragma once
// A trainer's work on gradients between backward and update: those of several batches are added up, and
// what comes of it is clipped. A program compiles the parts that it asks for.

#include <cmath>
#include <strata/optimizers/clip_grad_norm.hpp>
#include <strata/optimizers/clip_grad_value.hpp>

namespace strata::detail {

/// In the device's memory.
struct GradientState {
    double norm = 0;    ///< of the gradients, before they were clipped last
    double factor = 1;  ///< what a group's sum is multiplied by
    Size batches = 0;   ///< of the group, so far
};

/// Work for one thread: a batch more, unless the step has been refused. Until the group is full, or ends early,
/// nothing is updated.
struct CountBatch {
    GradientState* state;
    LossReport* report;
    Size wanted;
    bool means;  ///< the loss is a mean, and so is the group's gradient
    bool ends;   ///< instead of a batch more

    STRATA_HOST_DEVICE void operator()() const {
        report->no_update = true;
        if (report->refused != 0 || report->leave_out) return;
        if (!ends) ++state->batches;
        report->no_update = ends ? state->batches == 0 : state->batches < wanted;
        state->factor = means ? 1 / static_cast<double>(state->batches) : 1;
    }
};
/// Work for one thread, behind the update.
struct EndBatch {
    GradientState* state;
    LossReport* report;

    STRATA_HOST_DEVICE void operator()() const {
        if (!report->no_update) state->batches = 0;
        report->no_update = false;
    }
};

/// A batch's gradient is added to the group's, and becomes the group's when that is full.
struct AddGradient {
    bool adds, is_first, is_full;
    double factor;

    template <class V>
    STRATA_HOST_DEVICE void operator()(V& gradient, V& sum) const {
        if (adds) sum = is_first ? gradient : sum + gradient;
        if (is_full) gradient = sum * V(factor);
    }
};
/// The same with what lies in the device's memory.
struct AddGradientThere {
    const GradientState* state;
    const LossReport* report;
    bool ends;

    template <class V>
    STRATA_HOST_DEVICE void operator()(V& gradient, V& sum) const {
        if (report->refused == 0 && !report->leave_out)
            AddGradient{!ends, state->batches == 1, !report->no_update, state->factor}(gradient, sum);
    }
};

template <class Device, class T>
class GradientWork {
    template <class U>
    using Buffer = typename Device::template Buffer<U>;
    using Clip = void (*)(GradientWork&, Device&, T* gradients, Size n);
    using Add = void (*)(GradientWork&, Device&, T* gradients, Size n, LossReport*, bool ends);

public:
    explicit GradientWork(bool loss_is_mean) : means_(loss_is_mean) {}

    /// Each throws ValueError for a value out of range; infinity is no clipping, and one batch no group.
    [[gnu::cold]] void clip_norm(double max_norm, double norm_type) {
        if (!(max_norm > 0)) refuse_clip("Trainer", "clip_grad_norm", max_norm, "above 0 (infinity: none)");
        check_norm_type("Trainer", norm_type);
        begin();
        max_norm_ = max_norm;
        norm_type_ = norm_type;
        clip_norm_ = [](GradientWork& work, Device& device, T* gradients, Size n) {
            double* const norm = &work.state_.data()->norm;
            gradient_norm(device, work.norm_type_, gradients, n, norm);
            device.scale_to_norm(gradients, n, norm, work.max_norm_);
        };
        if (max_norm == __builtin_inf()) clip_norm_ = nullptr;
    }
    [[gnu::cold]] void clip_value(double value) {
        if (!(value > 0)) refuse_clip("Trainer", "clip_grad_value", value, "above 0 (infinity: none)");
        begin();
        value_ = value;
        clip_value_ = [](GradientWork& work, Device& device, T* gradients, Size n) {
            device.for_each(n, ClipToValue{work.value_}, gradients);
        };
        if (value == __builtin_inf()) clip_value_ = nullptr;
    }
    [[gnu::cold]] static void check_batches(double batches) {
        if (!(batches >= 1 && batches <= 1e9 && batches == std::floor(batches)))
            refuse_clip("Trainer", "accumulate_grad_batches", batches, "a whole number in [1, 1e9]");
    }
    [[gnu::cold]] void accumulate(double batches) {
        check_batches(batches);
        begin();
        batches_ = static_cast<Size>(batches);
        add_ = [](GradientWork& work, Device& device, T* gradients, Size n, LossReport* report, bool ends) {
            GradientState* const state = work.state_.data();
            device.once(CountBatch{state, report, work.batches_, work.means_, ends});
            T* const sum = work.sum_.data();
            if constexpr (Device::is_host) {
                const AddGradient add{!ends, state->batches == 1, !report->no_update, state->factor};
                device.for_each(n, add, gradients, sum);
            } else {
                device.for_each(n, AddGradientThere{state, report, ends}, gradients, sum);
            }
        };
        if (batches_ == 1) add_ = nullptr;
    }
    double max_norm() const { return max_norm_; }
    double max_value() const { return value_; }
    Size batches() const { return batches_; }

    /// Whether there is anything to do, and whether it is adding up.
    bool is_used() const { return add_ != nullptr || clip_value_ != nullptr || clip_norm_ != nullptr; }
    bool adds() const { return add_ != nullptr; }
    /// Another number whenever a recorded step would be another.
    Size version() const { return version_; }
    /// The norm before the last clipping; waits for the device.
    [[gnu::cold]] double last_norm(const Device& device) const {
        return state_.size() == 0 ? 0 : device.fetch(&state_.data()->norm);
    }

    /// Memory, before a step.
    void prepare(Size n) {
        if (adds()) sum_.resize(n);
    }
    /// Part of a step, behind all checks; `ends`: instead of a batch, the end of a group that is not full.
    /// False if the host knows that there is no update.
    [[gnu::cold, gnu::noinline]] bool run(Device& device, T* gradients, Size n, LossReport* report,
                                          bool ends) {
        if (adds()) {
            add_(*this, device, gradients, n, report, ends);
            if constexpr (Device::is_host)
                if (report->no_update) return false;
        }
        if (clip_value_ != nullptr) clip_value_(*this, device, gradients, n);
        if (clip_norm_ != nullptr) clip_norm_(*this, device, gradients, n);
        return true;
    }
    /// Behind the update.
    [[gnu::cold]] void end(Device& device, LossReport* report) {
        if (adds()) device.once(EndBatch{state_.data(), report});
    }

private:
    void begin() {
        if (state_.size() == 0) {
            const GradientState nothing;
            state_.resize(1);
            state_.copy_from(&nothing);
        }
        ++version_;
    }

    bool means_;
    double max_norm_ = __builtin_inf(), norm_type_ = 2, value_ = __builtin_inf();
    Size batches_ = 1, version_ = 0;
    Clip clip_norm_ = nullptr, clip_value_ = nullptr;
    Add add_ = nullptr;
    Buffer<GradientState> state_{"gradients' state"};
    Buffer<T> sum_{"gradients of several batches"};
};

}  // namespace strata::detail
