#pragma once
// Several schedulers that act on one optimizer, stepped together, in their order
//
// Errors: ValueError for no scheduler, and for schedulers of several optimizers.
// Source: torch.optim.lr_scheduler.ChainedScheduler.

#include <strata/core/config.hpp>
#include <strata/schedulers/scheduler_list.hpp>
#include <utility>

namespace strata {

/// `ChainedScheduler scheduler{{warm_up, decay}}`, then `scheduler.step()` after every epoch. It works with
/// copies of the schedulers; the ones that it was given are not stepped any more.
class ChainedScheduler : public LRScheduler {
public:
    ChainedScheduler(SchedulerList schedulers);
    template <detail::SchedulerArgument O>
    ChainedScheduler(SchedulerList schedulers, O&& optimizer)
        : LRScheduler(std::forward<O>(optimizer)), schedulers_(std::move(schedulers)) {
        detail::check_schedulers("ChainedScheduler", *this,
                                 detail::check_not_empty("ChainedScheduler", schedulers_));
        find_base_rates();
    }

private:
    void set_rates(long long epoch) override;

    SchedulerList schedulers_;
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION ChainedScheduler::ChainedScheduler(SchedulerList schedulers)
    : LRScheduler(detail::check_not_empty("ChainedScheduler", schedulers)[0]),
      schedulers_(std::move(schedulers)) {
    detail::check_schedulers("ChainedScheduler", *this, schedulers_);
    epoch_ = 0;
}

STRATA_FUNCTION void ChainedScheduler::set_rates(long long epoch) {
    schedulers_.for_each([&](LRScheduler& scheduler) {
        if (epoch == 0)
            scheduler.begin();
        else
            scheduler.step();
    });
}

}  // namespace strata
#endif
