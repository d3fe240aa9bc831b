#pragma once
// The updates of a model's parameters by one algorithm: groups of options, states as flat as the parameters, and
// a step count, in the device's memory. Each step is one fused pass over the flat buffers, or one over each
// stretch of them where groups of parameters have options of their own, or some are frozen, or over each tensor
// for an algorithm that asks for it. An Optimizer is its face; a Trainer makes its updates part of a step.

#include <cstring>
#include <strata/core/error.hpp>
#include <strata/models/execution/pass_memory.hpp>
#include <strata/optimizers/algorithm.hpp>
#include <strata/optimizers/parameter_groups.hpp>
#include <strata/optimizers/tensor_memory.hpp>
#include <strata/optimizers/update_plan.hpp>
#include <vector>

namespace strata::detail {

template <class Model, class Algorithm>
class UpdateEngine {
    using T = typename Model::value_type;
    using Device = typename Model::device_type;
    using Buffer = typename Device::template Buffer<T>;
    using Block = OptimizerBlock<Algorithm>;
    using Group = ParameterGroup<Algorithm>;

public:
    /// Throws ValueError for options out of range, and for a tensor that the algorithm refuses.
    [[gnu::cold]] UpdateEngine(Model& model, const Algorithm& algorithm)
        : UpdateEngine(model, algorithm, [](const ParameterInfo&) { return true; }) {}
    /// Of a share of the parameters, those whose row in the table `takes`.
    template <class Takes>
    [[gnu::cold]] UpdateEngine(Model& model, const Algorithm& algorithm, const Takes& takes)
        : model_(model), groups_(algorithm),
          plan_(Model::parameter_table(), Model::learnt_elements, SeesTensors<Algorithm>) {
        algorithm.validate();
        plan_.for_each_row([&](Size row) {
            if (!takes(Model::parameter_table()[row])) plan_.leave_out(row, true);
        });
        make_room();
    }

    /// Throws ValueError when the model is gone, or this was moved from.
    Model& model() const { return *model_; }
    /// Throws ValueError when this was moved from.
    ParameterGroups<Algorithm>& groups() { return (void)groups_.list(), groups_; }
    const ParameterGroups<Algorithm>& groups() const { return groups_; }
    UpdatePlan& plan() { return plan_; }
    void validate() const {
        for (const Group& group : groups_.list()) group.options.validate();
    }

    /// Updates made, of the parameters that were in most of them. A device that works later leaves out those
    /// that were refused there, and is waited for.
    long long steps() const {
        long long most = 0;
        (void)groups_.list();  // refuses one that was moved from
        for (Size i = 0; i < (blocks_.size() > 0 ? plan_.cohorts() : 0); ++i) {
            const long long count = model_->device().fetch(blocks_.data() + i).count;
            if (count > most) most = count;
        }
        return most;
    }

    /// The host's part of a step: memory, and new options if there are any.
    void prepare(Size size) {
        validate();
        bool changed = !plan_.fits(model_->unfrozen_rows());
        if (changed) settle();
        Size number = 0;
        for (Group& group : groups_.list()) {
            if (!same_options(group.published, group.options)) publish(group, number);
            const StatesInUse in_use = group.options.states();
            for (Size i = 0; i < in_use.size(); ++i)
                if (in_use[i]) state_[i].resize(size);  // allocates when first used
            changed = changed || in_use != group.states;
            group.states = in_use;
            if constexpr (requires { group.options.structure(); }) {
                changed = changed || group.options.structure() != group.structure;
                group.structure = group.options.structure();
            }
            ++number;
        }
        if (changed) find_layout();
    }

    // The device's part, which can be recorded.

    /// Work for one thread, before `update`: the rules of this step. It may be part of other work.
    auto rule_work() { return PrepareRules<T, Block>{blocks_.data(), plan_.cohorts(), model_->report()}; }
    /// By the rules that are there.
    void update(const T* gradients) {
        [[maybe_unused]] const typename Device::PassScope scope;
        OptimizerStep<T> step;
        step.report = model_->report();
        Size number = 0;
        for (const Group& group : groups_.list()) {
            for (const UpdateRange& range : plan_.ranges()) {
                if (range.group != number) continue;
                step.size = range.end - range.begin;
                step.parameters = model_->flat_parameters().data() + range.begin;
                step.gradients = gradients + range.begin;
                if constexpr (SeesTensors<Algorithm>)
                    memory_.give(step, Model::parameter_table()[range.table_row]);
                step.clock = blocks_.data() + range.cohort;
                for (Size i = 0; i < group.states.size(); ++i)
                    step.state[i] = group.states[i] ? state_[i].data() + range.begin : nullptr;
                group.options.update(model_->device(), step);
            }
            ++number;
        }
    }

    /// What a recorded step depends on besides what lies in the device's memory.
    Size layout() const { return layout_; }
    const void** name_memory(const void** addresses) const {
        *addresses++ = blocks_.data();
        for (const Buffer& state : state_) *addresses++ = state.data();
        if constexpr (SeesTensors<Algorithm>) *addresses++ = memory_.data();
        return addresses;
    }

private:
    void make_room() {
        if constexpr (SeesTensors<Algorithm>)
            memory_.prepare(Model::parameter_table(), plan_, model_->unfrozen_rows());
    }
    /// The plan is made for what is frozen and grouped now.
    [[gnu::cold]] void settle() {
        make_room();
        Device& device = model_->device();
        const bool is_first = blocks_.size() == 0;
        blocks_.resize(plan_.most_cohorts());
        Block* const blocks = blocks_.data();
        if (is_first) device.once(Store<Block>{blocks, {}});
        for (const auto [from, to] : plan_.settle(model_->unfrozen_rows()))
            device.once(CopyBlock<Block>{blocks + from, blocks + to});
        Size number = 0;
        for (Group& group : groups_.list()) {
            for (Size i = 0; i < plan_.cohorts(); ++i)
                if (plan_.group_of_cohort(i) == number)
                    device.once(Store<bool>{&blocks[i].idle, plan_.is_idle(i)});
            publish(group, number++);
        }
    }
    [[gnu::cold]] void publish(Group& group, Size number) {
        for (Size i = 0; i < plan_.cohorts(); ++i)
            if (plan_.group_of_cohort(i) == number)
                model_->device().once(Store<Algorithm>{&blocks_.data()[i].options, group.options});
        std::memcpy(static_cast<void*>(&group.published), &group.options, sizeof(Algorithm));
    }
    /// A number for what a step does to which parameters: the same for the same, so that a recorded step is
    /// found again when parameters are frozen in turns.
    [[gnu::cold]] void find_layout() {
        std::vector<Size>& layout = layout_now_;
        layout.clear();
        plan_.append_to(layout);
        for (const Group& group : groups_.list()) {
            for (const bool in_use : group.states) layout.push_back(in_use);
            if constexpr (requires { group.options.structure(); }) layout.push_back(group.structure);
        }
        layout_ = 0;
        while (layout_ < layouts_.size() && layouts_[layout_] != layout) ++layout_;
        if (layout_ == layouts_.size()) layouts_.push_back(layout);
    }

    ModelLink<Model> model_;
    ParameterGroups<Algorithm> groups_;
    UpdatePlan plan_;
    typename Device::template Buffer<Block> blocks_{"an optimizer's step count"};
    Buffer state_[4] = {Buffer{"optimizer state"}, Buffer{"optimizer state"}, Buffer{"optimizer state"},
                        Buffer{"optimizer state"}};
    [[no_unique_address]] TensorMemory<Algorithm, Device, T> memory_;
    std::vector<Size> layout_now_;
    std::vector<std::vector<Size>> layouts_;
    Size layout_ = 0;
};

}  // namespace strata::detail
