#pragma once
// lr *= gamma in each of the epochs `milestones`; in one that is named twice, by gamma²
//
// Options: milestones (epochs, in any order), gamma = 0.1.
// Errors: ValueError for a milestone below 1 or a negative gamma.
// Source: torch.optim.lr_scheduler.MultiStepLR.

#include <strata/core/config.hpp>
#include <strata/schedulers/scheduler.hpp>
#include <utility>
#include <vector>

namespace strata {

struct MultiStepLROptions {
    std::vector<long long> milestones = {};
    double gamma = 0.1;
};

/// `MultiStepLR scheduler{optimizer, {.milestones = {30, 80}}}`, then `scheduler.step()` after every epoch.
class MultiStepLR : public LRScheduler {
public:
    template <detail::SchedulerArgument O>
    MultiStepLR(O&& optimizer, MultiStepLROptions options)
        : LRScheduler(std::forward<O>(optimizer)), options_(std::move(options)) {
        for (const long long milestone : options_.milestones)
            check_option(milestone >= 1, "MultiStepLR", "a milestone", milestone, "at least 1");
        check_option(options_.gamma >= 0, "MultiStepLR", "gamma", options_.gamma, "at least 0");
        start();
    }

private:
    void set_rates(long long epoch) override;

    MultiStepLROptions options_;
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void MultiStepLR::set_rates(long long epoch) {
    for (const long long milestone : options_.milestones)
        if (milestone == epoch) for_each_rate([&](double& lr, double) { lr *= options_.gamma; });
}

}  // namespace strata
#endif
