#pragma once
// lr = lr_0 (start_factor + (end_factor - start_factor) t / total_iters) in epoch t <= total_iters, then
// constant
//
// Options: start_factor = 1/3, end_factor = 1, total_iters = 5 (epochs).
// Errors: ValueError for factors outside (0, 1] (start) and [0, 1] (end), and for total_iters below 1.
// Source: torch.optim.lr_scheduler.LinearLR.

#include <strata/core/config.hpp>
#include <strata/schedulers/scheduler.hpp>

namespace strata {

struct LinearLROptions {
    double start_factor = 1.0 / 3;
    double end_factor = 1;
    long long total_iters = 5;
};

/// `LinearLR warm_up{optimizer, {.total_iters = 10}}`, then `warm_up.step()` after every epoch.
class LinearLR : public LRScheduler {
public:
    template <detail::SchedulerArgument O>
    explicit LinearLR(O&& optimizer, LinearLROptions options = {})
        : LRScheduler(std::forward<O>(optimizer)), options_(options) {
        const double first = options.start_factor, last = options.end_factor;
        check_option(first > 0 && first <= 1, "LinearLR", "start_factor", first, "in (0, 1]");
        check_option(last >= 0 && last <= 1, "LinearLR", "end_factor", last, "in [0, 1]");
        check_option(options.total_iters >= 1, "LinearLR", "total_iters", options.total_iters, "at least 1");
        start();
    }

private:
    void set_rates(long long epoch) override;
    double factor(long long epoch) const;

    LinearLROptions options_;
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void LinearLR::set_rates(long long epoch) {
    if (epoch > options_.total_iters) return;
    const double change = epoch == 0 ? factor(0) : factor(epoch) / factor(epoch - 1);
    for_each_rate([&](double& lr, double) { lr *= change; });
}

STRATA_FUNCTION double LinearLR::factor(long long epoch) const {
    const double share = static_cast<double>(epoch) / static_cast<double>(options_.total_iters);
    return options_.start_factor + (options_.end_factor - options_.start_factor) * share;
}

}  // namespace strata
#endif
