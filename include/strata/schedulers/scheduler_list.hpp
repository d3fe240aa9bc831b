#pragma once
// Schedulers of any types in a row, for those that are made of others.

#include <strata/core/message.hpp>
#include <strata/schedulers/scheduler.hpp>
#include <type_traits>
#include <utility>
#include <vector>

namespace strata {

/// A copy of any scheduler whose `step()` needs nothing.
class AnyScheduler {
    struct Held : detail::Counted {
        virtual LRScheduler& get() = 0;
        virtual AnyScheduler copy() const = 0;
    };
    template <class S>
    struct HeldAs final : Held {
        explicit HeldAs(const S& the_scheduler) : scheduler(the_scheduler) {}
        LRScheduler& get() override { return scheduler; }
        AnyScheduler copy() const override { return scheduler; }

        S scheduler;
    };

public:
    template <std::derived_from<Scheduler> S>
    AnyScheduler(const S& scheduler) {
        constexpr bool its_step_needs_nothing = std::derived_from<S, LRScheduler>;
        static_assert(its_step_needs_nothing,
                      "strata: ReduceLROnPlateau is given a metric at each step, so it cannot be one of a "
                      "SequentialLR or ChainedScheduler; call its step(metric) beside theirs "
                      "(docs/errors.md#scheduler)");
        if constexpr (its_step_needs_nothing) held_ = detail::Shared<Held>(new HeldAs<S>(scheduler));
    }
    AnyScheduler(const AnyScheduler& other) : AnyScheduler(other.held_->copy()) {}
    AnyScheduler(AnyScheduler&&) = default;
    AnyScheduler& operator=(AnyScheduler other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }

    LRScheduler& operator*() const { return held_->get(); }
    LRScheduler* operator->() const { return &held_->get(); }

private:
    detail::Shared<Held> held_;
};

namespace detail {

/// Throws ValueError unless there are some, all of the optimizer of `first`.
[[gnu::cold]] inline void check_schedulers(const char* owner, const Scheduler& first,
                                           const std::vector<AnyScheduler>& schedulers) {
    for (Size i = 0; i < schedulers.size(); ++i)
        if (!first.shares_optimizer_with(*schedulers[i]))
            throw ValueError(message("strata: ", owner, ": scheduler ", i,
                                     " (counted from 0) is that of another ",
                                     "optimizer; all of them change one"));
}
[[gnu::cold]] inline const std::vector<AnyScheduler>&
check_not_empty(const char* owner, const std::vector<AnyScheduler>& schedulers) {
    if (schedulers.empty())
        throw ValueError(message("strata: ", owner, ": no scheduler was given; it takes at least one"));
    return schedulers;
}

}  // namespace detail
}  // namespace strata
