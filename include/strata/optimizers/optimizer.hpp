#pragma once
// An optimizer bound to a model: the algorithm's options, its state (flat, like the parameters) and its step
// count. Each step is one fused pass over the flat buffers, or one over each stretch of them where groups of
// parameters have options of their own, or some are frozen, or over each tensor for an algorithm that asks for
// it. The algorithms' protocol is in algorithm.hpp.

#include <cstring>
#include <initializer_list>
#include <new>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/core/network/diagnostics.hpp>
#include <strata/models/model_check.hpp>
#include <strata/models/parameter_selection.hpp>
#include <strata/models/pass_memory.hpp>
#include <strata/optimizers/algorithm.hpp>
#include <strata/optimizers/parameter_groups.hpp>
#include <strata/optimizers/tensor_memory.hpp>
#include <strata/optimizers/update_plan.hpp>
#include <string>
#include <vector>

namespace strata {

namespace detail {
/// Move assignment where members would be empty after one from themselves.
template <class C>
C& assign_anew(C& object, C& other) noexcept {
    if (&object == &other) return object;
    object.~C();
    return *new (static_cast<void*>(&object)) C(std::move(other));
}
}  // namespace detail

/// `Optimizer optimizer{model, Adam{.lr = 1e-2}}`, then `zero_grad()`, backward, `step()`. It keeps a
/// reference to the model, which has to outlive it. A copy has its own state and works on the same model;
/// one that was moved from refuses to work. References to options hold until the optimizer is destroyed or
/// assigned to. Throws ValueError for options out of range.
template <class Model, class Algorithm>
class Optimizer {
    using T = typename Model::value_type;
    using Device = typename Model::device_type;
    using Buffer = typename Device::template Buffer<T>;

public:
    [[gnu::cold]] explicit Optimizer(Model& model, Algorithm algorithm = {})
        : Optimizer(model, algorithm, WithoutRoom{}) {
        make_room();
    }
    explicit Optimizer(const Model& model, Algorithm algorithm = {})
        : Optimizer(const_cast<Model&>(model), algorithm) {
        constexpr bool the_model_is_not_const = detail::never<Model>;
        static_assert(
            the_model_is_not_const,
            "strata: an optimizer changes the model, and this model is const (docs/errors.md#const-model)");
    }
    explicit Optimizer(Model&& model, Algorithm algorithm = {}) : Optimizer(model, algorithm) {
        constexpr bool the_model_has_a_name = detail::never<Model>;
        static_assert(
            the_model_has_a_name,
            "strata: an optimizer keeps a reference to the model, and this model is a temporary; give it a "
            "name first (docs/errors.md#temporary-model)");
    }

    Optimizer(const Optimizer&) = default;
    Optimizer(Optimizer&&) noexcept = default;
    Optimizer& operator=(const Optimizer& other) { return *this = Optimizer(other); }  // whole or not at all
    Optimizer& operator=(Optimizer&& other) noexcept { return detail::assign_anew(*this, other); }

    /// The options, which may change between steps: a scheduler sets `lr` here. With groups, those of all
    /// parameters that are in none.
    Algorithm& options() & { return groups_.list().front().options; }
    const Algorithm& options() const& { return groups_.list().front().options; }
    Algorithm options() && { return groups_.list().front().options; }
    /// Those of a group, by a name that it was made with. Throws ValueError if there is none.
    Algorithm& options(std::string_view group) & { return groups_.find(group).options; }
    Algorithm options(std::string_view group) && { return groups_.find(group).options; }

    /// Gives some parameters options of their own: `group("head.", Adam{.lr = 1e-2})` those whose names begin
    /// with a layer's and a dot, `group({"0.bias", "2.bias"}, AdamW{.weight_decay = 0})` those that are
    /// named. Without options the group begins with a copy of the others': `group("head.").lr = 1e-2`. Throws
    /// ValueError for a name that is not there, and for a parameter that is in a group already.
    [[gnu::cold]] Algorithm& group(std::initializer_list<std::string_view> names,
                                   const Algorithm& algorithm) & {
        check_present();
        algorithm.validate();
        const auto each_row = [&](const auto& visit) {
            for (const std::string_view name : names)
                detail::for_each_selected(Model::parameter_table(), "Optimizer: group", name, visit);
        };
        each_row([&](Size row) {
            if (plan_.group_of(row) != 0) refuse_group(row);
        });
        const Size number = groups_.list().size();
        Group& added = groups_.add({names.begin(), names.end()}, algorithm);
        each_row([&](Size row) { plan_.set_group(row, number); });
        return added.options;
    }
    Algorithm& group(std::initializer_list<std::string_view> names) & { return group(names, options()); }
    Algorithm& group(std::string_view which, const Algorithm& algorithm) & {
        return group({which}, algorithm);
    }
    Algorithm& group(std::string_view which) & { return group({which}, options()); }
    template <class... Arguments>
    Algorithm& group(const Arguments&...) && {
        constexpr bool the_optimizer_has_a_name = sizeof...(Arguments) < 0;
        static_assert(
            the_optimizer_has_a_name,
            "strata: this optimizer is a temporary, and its groups die with it; give it a name first "
            "(docs/errors.md#temporary-optimizer)");
        return options();
    }

    /// Calls `visit(options)` for each group, the parameters in none first.
    template <class Visit>
    void for_each_group(const Visit& visit) {
        for (Group& one : groups_.list()) visit(one.options);
    }
    /// What a scheduler holds together with the optimizer.
    auto scheduled_groups() {
        constexpr bool the_options_have_a_learning_rate = detail::HasLearningRate<Algorithm>;
        static_assert(the_options_have_a_learning_rate,
                      "strata: a scheduler sets the learning rate, and the options of this optimizer have no "
                      "`double lr` (docs/errors.md#scheduler)");
        return groups_.scheduled();
    }

    /// Steps taken. A device that works on its own leaves out those that were refused there, and is waited
    /// for.
    long long steps() const {
        long long most = 0;
        if constexpr (Device::is_host)
            most = count_;
        else if (blocks_.size() > 0)
            for (Size i = 0; i < plan_.cohorts(); ++i)
                most = std::max(most, model_->device().fetch(blocks_.data() + i).count);
        return most;
    }

    void zero_grad() { model_->zero_grad(); }

    /// One update of all parameters from the gradients of the backward passes since `zero_grad`. Without one
    /// nothing happens and no step is counted, as PyTorch skips parameters whose gradient is None; so it does
    /// with frozen ones. Throws ValueError for options that are now out of range; the parameters are then as
    /// they were.
    void step() {
        validate();
        if (!model_->has_gradients()) return;
        const auto gradients = model_->flat_gradients();
        prepare(gradients.size());
        update(gradients.data());
        count_step();
    }

private:
    template <class, class, class>
    friend class Trainer;
    template <class, class>
    friend class Optimizer;  // of Mixed

    using Block = OptimizerBlock<Algorithm>;
    using Memory = detail::TensorMemory<Algorithm, Device, T>;
    using Group = detail::ParameterGroup<Algorithm>;

    struct WithoutRoom {};
    [[gnu::cold]] Optimizer(Model& model, const Algorithm& algorithm, WithoutRoom)
        : model_(model), groups_(algorithm),
          plan_(Model::parameter_table(), Model::learnt_elements, SeesTensors<Algorithm>) {
        algorithm.validate();
    }
    /// For Mixed: of a share of the parameters, those whose row in the table `takes`.
    template <class Takes>
    [[gnu::cold]] Optimizer(Model& model, const Algorithm& algorithm, const Takes& takes)
        : Optimizer(model, algorithm, WithoutRoom{}) {
        plan_.for_each_row([&](Size row) {
            if (!takes(Model::parameter_table()[row])) plan_.leave_out(row, true);
        });
        make_room();
    }

    Model& model() const { return *model_; }
    /// Throws ValueError when this was moved from.
    void check_present() const { (void)groups_.list(); }
    void validate() const {
        for (const Group& group : groups_.list()) group.options.validate();
    }
    [[noreturn, gnu::cold]] void refuse_group(Size row) const {
        auto group = groups_.list().begin();
        std::advance(group, plan_.group_of(row));
        throw ValueError(message("strata: Optimizer: group: \"", Model::parameter_table()[row].name.view(),
                                 "\" is in the group of \"", group->names.front(), "\" already"));
    }

    /// The host's part of a step: memory, and new options if there are any.
    void prepare(Size size) {
        validate();
        bool changed = !plan_.fits(model_->unfrozen_rows());
        if (changed) settle();
        Size number = 0;
        for (Group& group : groups_.list()) {
            if (!detail::same_options(group.published, group.options)) publish(group, number);
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
        if (!Device::is_host && changed) find_layout();
    }
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
        if (is_first) device.once(detail::Store<Block>{blocks, {}});
        for (const auto [from, to] : plan_.settle(model_->unfrozen_rows()))
            device.once(detail::CopyBlock<Block>{blocks + from, blocks + to});
        Size number = 0;
        for (Group& group : groups_.list()) {
            for (Size i = 0; i < plan_.cohorts(); ++i)
                if (plan_.group_of_cohort(i) == number)
                    device.once(detail::Store<bool>{&blocks[i].idle, plan_.is_idle(i)});
            publish(group, number++);
        }
    }
    [[gnu::cold]] void publish(Group& group, Size number) {
        for (Size i = 0; i < plan_.cohorts(); ++i)
            if (plan_.group_of_cohort(i) == number)
                model_->device().once(detail::Store<Algorithm>{&blocks_.data()[i].options, group.options});
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

    /// The device's part, which can be recorded; `rule_work` comes before the rest if it is not part of it.
    auto rule_work() {
        return detail::PrepareRules<T, Block>{blocks_.data(), plan_.cohorts(), model_->report()};
    }
    void update(const T* gradients, UpdateOptions options = {}) {
        [[maybe_unused]] const typename Device::PassScope scope;
        if (!Device::is_host && !options.rule_is_ready) {
            model_->device().once(rule_work());
            options.rule_is_ready = true;
        }
        OptimizerStep<T> step;
        step.report = model_->report();
        Size number = 0;
        for (const Group& group : groups_.list()) {
            for (const detail::UpdateRange& range : plan_.ranges()) {
                if (range.group != number) continue;
                step.size = range.end - range.begin;
                step.parameters = model_->flat_parameters().data() + range.begin;
                step.gradients = gradients + range.begin;
                if constexpr (SeesTensors<Algorithm>)
                    memory_.give(step, Model::parameter_table()[range.table_row]);
                step.clock = blocks_.data() + range.cohort;
                step.options = options;
                if (Device::is_host) step.options.rule_is_ready = !range.first;
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
    void count_step() {
        if (!plan_.ranges().empty()) ++count_;
    }

    detail::ModelLink<Model> model_;
    detail::ParameterGroups<Algorithm> groups_;
    detail::UpdatePlan plan_;
    typename Device::template Buffer<Block> blocks_{"an optimizer's step count"};
    Buffer state_[4] = {Buffer{"optimizer state"}, Buffer{"optimizer state"}, Buffer{"optimizer state"},
                        Buffer{"optimizer state"}};
    [[no_unique_address]] Memory memory_;
    std::vector<Size> layout_now_;
    std::vector<std::vector<Size>> layouts_;
    Size layout_ = 0;
    long long count_ = 0;
};

namespace detail {
template <class Algorithm>
struct RefuseUnlessOptimizer {
    static constexpr bool it_is_an_optimizer = OptimizerAlgorithm<Algorithm>;
    static_assert(it_is_an_optimizer, "strata: this type is no optimizer; write the options of one, such as "
                                      "Optimizer{model, Adam{.lr = 1e-3}} "
                                      "(docs/errors.md#optimizer)");
};
}  // namespace detail

/// An Optimizer of something else is refused, and does nothing.
template <class Model, class Algorithm>
requires(!OptimizerAlgorithm<Algorithm> || !detail::AnyModel<Model>) class Optimizer<Model, Algorithm> {
    std::conditional_t<detail::AnyModel<Model>, detail::RefuseUnlessOptimizer<Algorithm>,
                       detail::RefuseNetwork<Model>>
        refused_here;

public:
    explicit Optimizer(const Model&, Algorithm = {}) {}
    detail::Shared<detail::ScheduledGroups> scheduled_groups() { return {}; }
    void zero_grad() {}
    void step() {}
};

}  // namespace strata
