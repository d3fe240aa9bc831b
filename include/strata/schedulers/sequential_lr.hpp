#pragma once
// One scheduler after another: the first one from the initial rates, the next from epoch `milestones[0]` on,
// where it begins again at its own epoch 0, and so on
//
// Errors: ValueError for schedulers of another optimizer, for milestones that are not one less than the
// schedulers, below 1, or smaller than the one before.
// Source: torch.optim.lr_scheduler.SequentialLR.

#include <strata/core/config.hpp>
#include <strata/schedulers/scheduler_list.hpp>
#include <utility>
#include <vector>

namespace strata {

/// A warm-up, and then another scheduler:
///
///   LinearLR warm_up{optimizer, {.total_iters = 5}};
///   CosineAnnealingLR cosine{optimizer, {.T_max = 45}};
///   SequentialLR scheduler{optimizer, {warm_up, cosine}, {5}};
///
/// then `scheduler.step()` after every epoch. It works with copies of the schedulers; the ones that it was
/// given are not stepped any more.
class SequentialLR : public LRScheduler {
public:
    template <detail::SchedulerArgument O>
    SequentialLR(O&& optimizer, SchedulerList schedulers, std::vector<long long> milestones)
        : LRScheduler(std::forward<O>(optimizer)), schedulers_(std::move(schedulers)),
          milestones_(std::move(milestones)) {
        check_options();
        start();
    }

private:
    [[gnu::cold]] void check_options() const;
    void set_rates(long long epoch) override;

    SchedulerList schedulers_;
    std::vector<long long> milestones_;
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void SequentialLR::check_options() const {
    detail::check_not_empty("SequentialLR", schedulers_);
    detail::check_schedulers("SequentialLR", *this, schedulers_);
    if (milestones_.size() + 1 != schedulers_.size())
        throw ValueError(message("strata: SequentialLR: ", schedulers_.size(), " schedulers and ",
                                 milestones_.size(),
                                 " milestones; a milestone stands between each two schedulers"));
    long long least = 1;
    for (const long long milestone : milestones_) {
        if (milestone < least)
            refuse_option("SequentialLR", "a milestone", milestone, "at least ", least,
                          least == 1 ? "" : ", the one before it");
        least = milestone;
    }
}

STRATA_FUNCTION void SequentialLR::set_rates(long long epoch) {
    if (epoch == 0) {
        for_each_rate([](double& lr, double base_lr) { lr = base_lr; });
        return schedulers_[0].begin();
    }
    Size current = 0;
    while (current < milestones_.size() && milestones_[current] <= epoch) ++current;
    if (current > 0 && milestones_[current - 1] == epoch)
        schedulers_[current].begin_again();
    else
        schedulers_[current].step();
}

}  // namespace strata
#endif
