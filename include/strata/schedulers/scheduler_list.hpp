#pragma once
// Schedulers of any types in a row, for those that are made of others.

#include <initializer_list>
#include <strata/core/config.hpp>
#include <strata/core/message.hpp>
#include <strata/schedulers/scheduler.hpp>

namespace strata {

/// `{warm_up, cosine}`, or `list.add(scheduler)` for each: copies of schedulers whose `step()` needs nothing.
class SchedulerList {
    struct Held : detail::Counted {
        virtual LRScheduler& scheduler() = 0;
        virtual detail::Shared<Held> copy() const = 0;

        detail::Shared<Held> next{};
    };
    template <class S>
    struct HeldAs final : Held {
        explicit HeldAs(const S& scheduler) : scheduler_(scheduler) {}
        LRScheduler& scheduler() override { return scheduler_; }
        detail::Shared<Held> copy() const override { return detail::Shared<Held>(new HeldAs(scheduler_)); }

    private:
        S scheduler_;
    };

public:
    /// One of the row.
    class Item {
    public:
        template <std::derived_from<Scheduler> S>
        Item(const S& scheduler) {
            constexpr bool its_step_needs_nothing = std::derived_from<S, LRScheduler>;
            static_assert(
                its_step_needs_nothing,
                "strata: ReduceLROnPlateau is given a metric at each step, so it cannot be one of a "
                "SequentialLR or ChainedScheduler; call its step(metric) beside theirs "
                "(docs/errors.md#scheduler)");
            if constexpr (its_step_needs_nothing) held_ = detail::Shared<Held>(new HeldAs<S>(scheduler));
        }
        detail::Shared<Held> copy() const { return held_->copy(); }

    private:
        detail::Shared<Held> held_;
    };

    SchedulerList() = default;
    SchedulerList(std::initializer_list<Item> items) {
        for (const Item& item : items) append(item.copy());
    }
    SchedulerList(const SchedulerList& other);
    SchedulerList(SchedulerList&&) noexcept = default;
    SchedulerList& operator=(SchedulerList other) noexcept {
        first_ = static_cast<detail::Shared<Held>&&>(other.first_);
        return *this;
    }

    void add(const Item& item) { append(item.copy()); }
    Size size() const;
    LRScheduler& operator[](Size i) const {
        Held* at = first_.get();
        for (; i > 0; --i) at = at->next.get();
        return at->scheduler();
    }
    template <class Visit>
    void for_each(const Visit& visit) const {
        for (Held* at = first_.get(); at != nullptr; at = at->next.get()) visit(at->scheduler());
    }

private:
    void append(detail::Shared<Held> item);

    detail::Shared<Held> first_;
};

namespace detail {

/// Throws ValueError unless there are some.
[[gnu::cold]] const SchedulerList& check_not_empty(const char* owner, const SchedulerList& schedulers);
/// Throws ValueError unless all are of one optimizer.
[[gnu::cold]] void check_schedulers(const char* owner, const Scheduler& first,
                                    const SchedulerList& schedulers);

}  // namespace detail
}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION SchedulerList::SchedulerList(const SchedulerList& other) {
    for (const Held* at = other.first_.get(); at != nullptr; at = at->next.get()) append(at->copy());
}

STRATA_FUNCTION Size SchedulerList::size() const {
    Size count = 0;
    for_each([&](const LRScheduler&) { ++count; });
    return count;
}

STRATA_FUNCTION void SchedulerList::append(detail::Shared<Held> item) {
    detail::Shared<Held>* end = &first_;
    while (*end) end = &(*end)->next;
    *end = item;
}

}  // namespace strata
namespace strata::detail {

STRATA_FUNCTION const SchedulerList& check_not_empty(const char* owner, const SchedulerList& schedulers) {
    if (schedulers.size() == 0)
        throw ValueError(message("strata: ", owner, ": no scheduler was given; it takes at least one"));
    return schedulers;
}

STRATA_FUNCTION void check_schedulers(const char* owner, const Scheduler& first,
                                      const SchedulerList& schedulers) {
    Size number = 0;
    schedulers.for_each([&](const LRScheduler& scheduler) {
        if (!first.shares_optimizer_with(scheduler))
            throw ValueError(
                message("strata: ", owner, ": scheduler ", number,
                        " (counted from 0) is that of another optimizer; all of them change one"));
        ++number;
    });
}

}  // namespace strata::detail
#endif
