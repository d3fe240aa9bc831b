#pragma once
// lr = eta_min + (lr_0 - eta_min) (1 + cos(pi t / T_max)) / 2 in epoch t: down to eta_min in epoch T_max, and
// up again in the next T_max
//
// Options: T_max (epochs), eta_min = 0.
// Errors: ValueError for a T_max below 1 or a negative eta_min.
// Source: torch.optim.lr_scheduler.CosineAnnealingLR, with its step from one rate to the next;
// I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, without the
// restarts.

#include <numbers>
#include <strata/core/config.hpp>
#include <strata/schedulers/scheduler.hpp>

namespace strata {

struct CosineAnnealingLROptions {
    long long T_max = 0;  ///< has to be given
    double eta_min = 0;
};

/// `CosineAnnealingLR scheduler{optimizer, {.T_max = 50}}`, then `scheduler.step()` after every epoch.
class CosineAnnealingLR : public LRScheduler {
public:
    template <detail::SchedulerArgument O>
    CosineAnnealingLR(O&& optimizer, CosineAnnealingLROptions options)
        : LRScheduler(std::forward<O>(optimizer)), options_(options) {
        check_option(options.T_max >= 1, "CosineAnnealingLR", "T_max", options.T_max, "at least 1");
        check_option(options.eta_min >= 0, "CosineAnnealingLR", "eta_min", options.eta_min, "at least 0");
        start();
    }

private:
    void set_rates(long long epoch) override;
    double height(long long epoch) const;

    CosineAnnealingLROptions options_;
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void CosineAnnealingLR::set_rates(long long epoch) {
    if (epoch == 0) return;
    const double low = options_.eta_min;
    const long long waves = (epoch - 1) / options_.T_max;  // halves of them, one down and one up
    const bool at_the_bottom = waves % 2 == 1 && (epoch - 1) % options_.T_max == 0;
    for_each_rate([&](double& lr, double base_lr) {
        if (at_the_bottom)  // no factor leads up
            lr += (base_lr - low) * (2 - height(1)) / 2;
        else
            lr = low + (lr - low) * height(epoch) / height(epoch - 1);
    });
}

STRATA_FUNCTION double CosineAnnealingLR::height(long long epoch) const {
    return 1 + std::cos(std::numbers::pi * static_cast<double>(epoch) / static_cast<double>(options_.T_max));
}

}  // namespace strata
#endif
