#pragma once
// lr *= gamma in every step_size-th epoch
//
// Options: step_size (epochs), gamma = 0.1.
// Errors: ValueError for a step_size below 1 or a negative gamma.
// Source: torch.optim.lr_scheduler.StepLR.

#include <strata/core/config.hpp>
#include <strata/schedulers/scheduler.hpp>

namespace strata {

struct StepLROptions {
    long long step_size = 0;  ///< has to be given
    double gamma = 0.1;
};

/// `StepLR scheduler{optimizer, {.step_size = 30}}`, then `scheduler.step()` after every epoch.
class StepLR : public LRScheduler {
public:
    template <detail::SchedulerArgument O>
    StepLR(O&& optimizer, StepLROptions options)
        : LRScheduler(std::forward<O>(optimizer)), options_(options) {
        check_option(options.step_size >= 1, "StepLR", "step_size", options.step_size, "at least 1");
        check_option(options.gamma >= 0, "StepLR", "gamma", options.gamma, "at least 0");
        start();
    }

private:
    void set_rates(long long epoch) override;

    StepLROptions options_;
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void StepLR::set_rates(long long epoch) {
    if (epoch > 0 && epoch % options_.step_size == 0)
        for_each_rate([&](double& lr, double) { lr *= options_.gamma; });
}

}  // namespace strata
#endif
