#pragma once
// lr *= factor when a metric has not improved for more than `patience` epochs
//
// Options: mode = min or max (what an improvement is), factor = 0.1, patience = 10 (epochs), threshold = 1e-4
// (the least improvement; threshold_mode = rel: a share of the best value; abs: a difference), cooldown = 0
// (epochs to wait after a reduction), min_lr = 0, eps = 1e-8 (smaller reductions are left out).
// Errors: ValueError for options out of range.
// Source: torch.optim.lr_scheduler.ReduceLROnPlateau.

#include <algorithm>
#include <strata/core/config.hpp>
#include <strata/schedulers/scheduler.hpp>

namespace strata {

enum class PlateauMode { min, max };
enum class ThresholdMode { rel, abs };

struct ReduceLROnPlateauOptions {
    PlateauMode mode = PlateauMode::min;
    double factor = 0.1;
    long long patience = 10;
    double threshold = 1e-4;
    ThresholdMode threshold_mode = ThresholdMode::rel;
    long long cooldown = 0;
    double min_lr = 0;
    double eps = 1e-8;
};

/// `ReduceLROnPlateau scheduler{optimizer, {.patience = 5}}`, then `scheduler.step(validation_loss)`.
class ReduceLROnPlateau : public Scheduler {
public:
    template <detail::SchedulerArgument O>
    explicit ReduceLROnPlateau(O&& optimizer, ReduceLROnPlateauOptions options = {})
        : Scheduler(std::forward<O>(optimizer)), options_(options) {
        const auto demand = [](bool fine, const char* option, auto value, const char* limit) {
            check_option(fine, "ReduceLROnPlateau", option, value, limit);
        };
        demand(options.factor >= 0 && options.factor < 1, "factor", options.factor, "in [0, 1)");
        demand(options.patience >= 0, "patience", options.patience, "at least 0");
        demand(options.threshold >= 0, "threshold", options.threshold, "at least 0");
        demand(options.cooldown >= 0, "cooldown", options.cooldown, "at least 0");
        demand(options.min_lr >= 0, "min_lr", options.min_lr, "at least 0");
        demand(options.eps >= 0, "eps", options.eps, "at least 0");
    }
    /// The next epoch, with its metric. Throws ValueError when the optimizer is gone.
    void step(double metric);

private:
    bool is_better(double metric) const;

    ReduceLROnPlateauOptions options_;
    double best_ = 0;
    bool any_ = false;
    long long bad_epochs_ = 0, cooling_ = 0;
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void ReduceLROnPlateau::step(double metric) {
    check_optimizer();
    ++epoch_;
    if (is_better(metric)) {
        best_ = metric;
        any_ = true;
        bad_epochs_ = 0;
    } else {
        ++bad_epochs_;
    }
    if (cooling_ > 0) {
        --cooling_;
        bad_epochs_ = 0;
    }
    if (bad_epochs_ > options_.patience) {
        for_each_group([&](Group& group) {
            const double lower = std::max(*group.lr * options_.factor, options_.min_lr);
            if (*group.lr - lower > options_.eps) *group.lr = lower;
        });
        cooling_ = options_.cooldown;
        bad_epochs_ = 0;
    }
}

STRATA_FUNCTION bool ReduceLROnPlateau::is_better(double metric) const {
    if (detail::is_nan(metric) || !any_) return !detail::is_nan(metric);
    const double least = options_.threshold * (options_.threshold_mode == ThresholdMode::rel ? best_ : 1);
    return options_.mode == PlateauMode::min ? metric < best_ - least : metric > best_ + least;
}

}  // namespace strata
#endif
