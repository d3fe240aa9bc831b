#pragma once
// A trainer's work on gradients between backward and update: those of several batches are added up, and
// what comes of it is clipped. A program compiles the parts that it asks for.

#include <cmath>
#include <strata/core/network/parameter_name.hpp>
#include <strata/core/operations/loss_report.hpp>
#include <strata/optimizers/clip_grad_norm.hpp>
#include <strata/optimizers/clip_grad_value.hpp>
#include <vector>

namespace strata::detail {

/// In the device's memory.
struct GradientState {
    double norm = 0;    ///< of the gradients, before they were clipped last
    double factor = 1;  ///< what a group's gradient so far is multiplied by, where it ends
    Size batches = 0;   ///< of the group, so far
};

/// Work for one thread: a batch more, unless the step has been refused. Until the group is full, or ends early,
/// nothing is updated.
struct CountInGroup {
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
        state->factor = means ? static_cast<double>(wanted) / static_cast<double>(state->batches) : 1;
    }
};
/// Work for one thread, behind the update.
struct EndGroup {
    GradientState* state;
    LossReport* report;

    STRATA_HOST_DEVICE void operator()() const {
        if (!report->no_update) state->batches = 0;
        report->no_update = false;
    }
};

/// A batch's gradient becomes the group's so far. A mean takes its share of each, so that it is finite if they are.
struct AddGradient {
    const GradientState* state;
    double share;

    template <class V>
    STRATA_HOST_DEVICE void operator()(V& gradient, const V& group) const {
        gradient = V(share) * gradient;
        if (state->batches != 0) gradient = gradient + group;
    }
};
/// The group's gradient so far is kept; where the group ends it is what the update takes.
struct KeepGradient {
    const GradientState* state;
    const LossReport* report;
    bool ends;

    template <class V>
    STRATA_HOST_DEVICE void operator()(V& gradient, V& group) const {
        if (report->refused != 0 || report->leave_out) return;
        if (!ends) group = gradient;
        if (!report->no_update) gradient = group * V(state->factor);
    }
};

template <class Device, class T>
class GradientWork {
    template <class U>
    using Buffer = typename Device::template Buffer<U>;
    using Clip = void (*)(GradientWork&, Device&, T* gradients, Size n);
    using Add = void (*)(const GradientWork&, Device&, T* gradients, Size n);
    using Keep = void (*)(GradientWork&, Device&, T* gradients, Size n, LossReport*, bool ends);

public:
    explicit GradientWork(bool loss_is_mean) : means_(loss_is_mean) {}

    /// Each throws ValueError for a value out of range; infinity is no clipping, and one batch no group.
    [[gnu::cold]] void clip_norm(double max_norm, double norm_type) {
        if (!(max_norm > 0)) refuse_option("Trainer", "clip_grad_norm", max_norm, "above 0 (infinity: none)");
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
        if (!(value > 0)) refuse_option("Trainer", "clip_grad_value", value, "above 0 (infinity: none)");
        begin();
        value_ = value;
        clip_value_ = [](GradientWork& work, Device& device, T* gradients, Size n) {
            device.for_each(n, ClipToValue{work.value_}, gradients);
        };
        if (value == __builtin_inf()) clip_value_ = nullptr;
    }
    [[gnu::cold]] static void check_batches(double batches) {
        if (!(batches >= 1 && batches <= 1e9 && batches == std::floor(batches)))
            refuse_option("Trainer", "accumulate_grad_batches", batches, "a whole number in [1, 1e9]");
    }
    [[gnu::cold]] void accumulate(double batches) {
        check_batches(batches);
        begin();
        batches_ = static_cast<Size>(batches);
        add_ = [](const GradientWork& work, Device& device, T* gradients, Size n) {
            const GradientState* const state = work.state_.data();
            const double share = work.means_ ? 1 / static_cast<double>(work.batches_) : 1;
            const T* const group = work.group_.data();
            device.for_each(n, AddGradient{state, share}, gradients, group);
        };
        keep_ = [](GradientWork& work, Device& device, T* gradients, Size n, LossReport* report, bool ends) {
            GradientState* const state = work.state_.data();
            device.once(CountInGroup{state, report, work.batches_, work.means_, ends});
            T* const group = work.group_.data();
            device.for_each(n, KeepGradient{state, report, ends}, gradients, group);
        };
        if (batches_ == 1) {
            add_ = nullptr;
            keep_ = nullptr;
        }
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

    /// Memory, before a step. A group of parameters that others were assigned to is dropped, and what it has added
    /// up for one that has been frozen since.
    template <class Model>
    [[gnu::cold]] void prepare(const Model& model, Device& device) {
        if (!adds()) return;
        group_.resize(Model::learnt_elements);
        const Size assigned = model.passes()->assigned;
        if (assigned != assigned_) device.once(Store<Size>{&state_.data()->batches, 0});
        assigned_ = assigned;
        const auto& freezing = model.parameter_store().freezing();
        times_frozen_.resize(Model::parameter_table().size());
        for (Size i = 0; i < times_frozen_.size(); ++i) {
            const ParameterInfo& row = Model::parameter_table()[i];
            if (times_frozen_[i] != freezing.times_frozen(i) && row.kind == ParameterKind::learnt)
                device.fill(group_.data() + row.offset, row.dims.elements(), T(0));
            times_frozen_[i] = freezing.times_frozen(i);
        }
    }
    /// Part of a step, between backward and its checks: the gradients are the group's so far.
    [[gnu::cold, gnu::noinline]] void add(Device& device, T* gradients, Size n) const {
        if (adds()) add_(*this, device, gradients, n);
    }
    /// Part of a step, behind all checks; `ends`: instead of a batch, the end of a group that is not full.
    /// False if the host knows that there is no update.
    [[gnu::cold, gnu::noinline]] bool run(Device& device, T* gradients, Size n, LossReport* report,
                                          bool ends) {
        if (adds()) {
            keep_(*this, device, gradients, n, report, ends);
            if (device.is_known_to_be_set(&report->no_update)) return false;
        }
        if (clip_value_ != nullptr) clip_value_(*this, device, gradients, n);
        if (clip_norm_ != nullptr) clip_norm_(*this, device, gradients, n);
        return true;
    }
    /// Behind the update.
    [[gnu::cold]] void end(Device& device, LossReport* report) {
        if (adds()) device.once(EndGroup{state_.data(), report});
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
    Size batches_ = 1, version_ = 0, assigned_ = 0;
    Clip clip_norm_ = nullptr, clip_value_ = nullptr;
    Add add_ = nullptr;
    Keep keep_ = nullptr;
    std::vector<Size> times_frozen_;  ///< of each row of the parameter table
    Buffer<GradientState> state_{"gradients' state"};
    Buffer<T> group_{"gradients of several batches"};
};

}  // namespace strata::detail
