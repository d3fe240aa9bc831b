#pragma once
// lr *= gamma in every epoch
//
// Options: gamma.
// Errors: ValueError for a gamma that is negative or not given.
// Source: torch.optim.lr_scheduler.ExponentialLR.

#include <strata/core/config.hpp>
#include <strata/schedulers/scheduler.hpp>

namespace strata {

struct ExponentialLROptions {
    double gamma = -1;  ///< has to be given
};

/// `ExponentialLR scheduler{optimizer, {.gamma = 0.95}}`, then `scheduler.step()` after every epoch.
class ExponentialLR : public LRScheduler {
public:
    template <detail::SchedulerArgument O>
    ExponentialLR(O&& optimizer, ExponentialLROptions options)
        : LRScheduler(std::forward<O>(optimizer)), options_(options) {
        check_option(options.gamma >= 0, "ExponentialLR", "gamma", options.gamma, "at least 0");
        start();
    }

private:
    void set_rates(long long epoch) override;

    ExponentialLROptions options_;
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void ExponentialLR::set_rates(long long epoch) {
    if (epoch > 0) for_each_rate([&](double& lr, double) { lr *= options_.gamma; });
}

}  // namespace strata
#endif
