#pragma once
// The base of the schedulers. A scheduler sets the learning rate of an optimizer; call `step()` after every
// epoch (OneCycleLR: after every batch), behind the optimizer's own. It begins when it is made, in epoch 0.
//
// As in PyTorch, most of them change the rate that they find, so that several can act on one optimizer, and
// so that a rate set by hand stays in force; and all of them share the `initial_lr` of a group, its rate when
// the first of them was made. They act on all groups that the optimizer has, each with a rate of its own.
//
// A scheduler stays with its optimizer wherever that is moved. Of one that has been destroyed or replaced by
// assignment, and of one with a group more than before, it refuses to change the rate.

#include <concepts>
#include <strata/core/config.hpp>
#include <strata/optimizers/optimizer.hpp>
#include <vector>

namespace strata {

class Scheduler;

namespace detail {

/// The first argument of a scheduler's constructor: an optimizer, if all is well.
template <class O>
concept SchedulerArgument = !std::derived_from<std::remove_cvref_t<O>, Scheduler>;

template <class O>
Shared<ScheduledGroups> scheduled_groups_of(O&& optimizer) {
    constexpr bool it_is_an_optimizer = requires(std::remove_cvref_t<O> & changeable) {
        changeable.scheduled_groups();
    };
    constexpr bool the_optimizer_is_not_const =
        !std::is_const_v<std::remove_reference_t<O>> || !it_is_an_optimizer;
    constexpr bool the_optimizer_has_a_name = std::is_lvalue_reference_v<O&&> || !it_is_an_optimizer;
    static_assert(it_is_an_optimizer,
                  "strata: a scheduler is made with an optimizer: StepLR{optimizer, {.step_size = 30}}, or "
                  "StepLR{trainer.optimizer(), {.step_size = 30}} (docs/errors.md#scheduler)");
    static_assert(
        the_optimizer_has_a_name,
        "strata: a scheduler changes an optimizer that goes on, and this one is a temporary; give it "
        "a name first (docs/errors.md#temporary-optimizer)");
    static_assert(
        the_optimizer_is_not_const,
        "strata: a scheduler changes the optimizer, and this one is const (docs/errors.md#scheduler)");
    if constexpr (it_is_an_optimizer && the_optimizer_is_not_const && the_optimizer_has_a_name)
        return optimizer.scheduled_groups();
    else
        return {};
}

[[noreturn, gnu::cold]] void refuse_scheduler(const ScheduledGroups* groups);

}  // namespace detail

class Scheduler {
public:
    Scheduler(const Scheduler&) = default;
    Scheduler(Scheduler&&) = default;
    Scheduler& operator=(const Scheduler&) = default;
    Scheduler& operator=(Scheduler&&) = default;
    virtual ~Scheduler() = default;

    /// The learning rate that is now in force, for parameters in no group.
    double last_lr() const;
    /// How many times `step()` was called.
    long long last_epoch() const { return epoch_; }
    /// Whether both change the same optimizer.
    bool shares_optimizer_with(const Scheduler& other) const { return groups_.get() == other.groups_.get(); }

protected:
    using Group = detail::ScheduledGroup;

    template <detail::SchedulerArgument O>
    [[gnu::cold]] explicit Scheduler(O&& optimizer)
        : groups_(detail::scheduled_groups_of(std::forward<O>(optimizer))), group_count_(groups_->count) {}

    /// Throws ValueError if a change would have no effect, or not on all groups.
    void check_optimizer() const;
    /// Calls `visit(group)` for each.
    template <class Visit>
    void for_each_group(const Visit& visit) {
        groups_->for_each(visit);
    }

    long long epoch_ = 0;

private:
    detail::Shared<detail::ScheduledGroups> groups_;
    Size group_count_;
};

/// A scheduler whose rates follow from the epoch. One of your own has a constructor that ends with `start()`,
/// and `set_rates`.
class LRScheduler : public Scheduler {
public:
    /// The next epoch. Throws ValueError when the optimizer is gone.
    void step() {
        check_optimizer();
        set_rates(epoch_ + 1);
        ++epoch_;
    }
    /// Back to epoch 0, from the rates that are now in force. SequentialLR begins its first scheduler so.
    void begin() {
        check_optimizer();
        set_rates(0);
        epoch_ = 0;
    }
    /// Back to epoch 0, from the initial rates: PyTorch's `step(0)`.
    void begin_again();

protected:
    using Scheduler::Scheduler;

    /// Changes the rates from those of the epoch before to those of `epoch`; in epoch 0 from the rate that a
    /// group has by itself.
    virtual void set_rates(long long epoch) = 0;

    [[gnu::cold]] void start() {
        find_base_rates();
        begin();
    }
    [[gnu::cold]] void find_base_rates();
    /// Calls `change(lr, base_lr)` for each group.
    template <class Change>
    void for_each_rate(const Change& change) {
        const double* base_lr = base_lrs_.data();
        for_each_group([&](Group& group) { change(*group.lr, *base_lr++); });
    }

private:
    std::vector<double> base_lrs_;  ///< the groups' initial rates
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION void refuse_scheduler(const ScheduledGroups* groups) {
    if (groups == nullptr)
        throw ValueError("strata: this scheduler was moved from; use the one that it was moved to");
    if (groups->in_use)
        throw ValueError("strata: the optimizer has got another group since this scheduler was made, whose "
                         "learning rate would stay as it is; make the scheduler behind the groups");
    throw ValueError("strata: the optimizer of this scheduler is gone, destroyed or replaced by assignment; "
                     "make a scheduler with the new one");
}

}  // namespace strata::detail
namespace strata {

STRATA_FUNCTION double Scheduler::last_lr() const {
    if (!groups_) detail::refuse_scheduler(nullptr);
    return *groups_->first->lr;
}

STRATA_FUNCTION void Scheduler::check_optimizer() const {
    if (!groups_ || !groups_->in_use || groups_->count != group_count_)
        detail::refuse_scheduler(groups_.get());
}

STRATA_FUNCTION void LRScheduler::begin_again() {
    check_optimizer();
    for_each_rate([](double& lr, double base_lr) { lr = base_lr; });
    begin();
}

STRATA_FUNCTION void LRScheduler::find_base_rates() {
    base_lrs_.clear();
    for_each_group([&](Group& group) {
        if (!group.has_initial_lr) group.initial_lr = *group.lr;
        group.has_initial_lr = true;
        base_lrs_.push_back(group.initial_lr);
    });
}

}  // namespace strata
#endif
