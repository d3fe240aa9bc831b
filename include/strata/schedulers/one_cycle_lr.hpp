#pragma once
// From max_lr / div_factor up to max_lr, and down to max_lr / div_factor / final_div_factor, over total_steps
// batches; the momentum (Adam and its kin: betas[0]) goes the opposite way. Call `step()` after every batch.
//
// Options: max_lr, total_steps (batches), pct_start = 0.3 (the share of the way up), anneal_strategy = cos or
// linear, cycle_momentum = true, base_momentum = 0.85, max_momentum = 0.95, div_factor = 25,
// final_div_factor = 1e4, three_phase = false (down to the first rate in the time of the way up, then
// further).
// Errors: ValueError for options out of range, for an optimizer without momentum unless cycle_momentum is
// false, and for more than total_steps steps.
// Source: torch.optim.lr_scheduler.OneCycleLR; L. Smith, N. Topin, "Super-convergence", 2017.

#include <algorithm>
#include <initializer_list>
#include <numbers>
#include <strata/core/config.hpp>
#include <strata/core/message.hpp>
#include <strata/schedulers/scheduler.hpp>

namespace strata {

enum class AnnealStrategy { cos, linear };

struct OneCycleLROptions {
    double max_lr = -1;         ///< has to be given
    long long total_steps = 0;  ///< has to be given
    double pct_start = 0.3;
    AnnealStrategy anneal_strategy = AnnealStrategy::cos;
    bool cycle_momentum = true;
    double base_momentum = 0.85;
    double max_momentum = 0.95;
    double div_factor = 25;
    double final_div_factor = 1e4;
    bool three_phase = false;
};

/// `OneCycleLR scheduler{optimizer, {.max_lr = 0.1, .total_steps = 10 * int(loader.size())}}`
class OneCycleLR : public LRScheduler {
public:
    template <detail::SchedulerArgument O>
    OneCycleLR(O&& optimizer, OneCycleLROptions options)
        : LRScheduler(std::forward<O>(optimizer)), options_(options) {
        check_options(options);
        for_each_group([&](Group& group) {
            if (options.cycle_momentum && group.momentum == nullptr)
                throw ValueError(
                    "strata: OneCycleLR: this optimizer has no momentum; set cycle_momentum = false");
            group.initial_lr = options.max_lr / options.div_factor;  // for schedulers made later too
            group.has_initial_lr = true;
        });
        start();
    }

private:
    static void check_options(const OneCycleLROptions& o);
    /// The way from one pair of rate and momentum to another, between two steps.
    struct Phase {
        double end_step, start_lr, end_lr, start_momentum, end_momentum;
    };

    void set_rates(long long epoch) override;
    void set(double at, std::initializer_list<Phase> phases);
    double anneal(double from, double to, double share) const;

    OneCycleLROptions options_;
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void OneCycleLR::check_options(const OneCycleLROptions& o) {
    const double share = o.pct_start;
    check_option(o.max_lr >= 0, "OneCycleLR", "max_lr", o.max_lr, "at least 0");
    check_option(o.total_steps >= 1, "OneCycleLR", "total_steps", o.total_steps, "at least 1");
    check_option(share >= 0 && share <= 1, "OneCycleLR", "pct_start", share, "in [0, 1]");
    check_option(o.base_momentum >= 0 && o.base_momentum < 1, "OneCycleLR", "base_momentum", o.base_momentum,
                 "in [0, 1)");
    check_option(o.max_momentum >= 0 && o.max_momentum < 1, "OneCycleLR", "max_momentum", o.max_momentum,
                 "in [0, 1)");
    check_option(o.div_factor > 0, "OneCycleLR", "div_factor", o.div_factor, "above 0");
    check_option(o.final_div_factor > 0, "OneCycleLR", "final_div_factor", o.final_div_factor, "above 0");
}

STRATA_FUNCTION void OneCycleLR::set_rates(long long epoch) {
    const OneCycleLROptions& o = options_;
    if (epoch > o.total_steps)
        throw ValueError(message("strata: OneCycleLR: step ", epoch, ", but total_steps is ", o.total_steps));
    const double at = static_cast<double>(epoch);
    const double total = static_cast<double>(o.total_steps), up = o.pct_start * total;
    const double first = o.max_lr / o.div_factor, last = first / o.final_div_factor;
    const double low = o.base_momentum, high = o.max_momentum;
    if (o.three_phase)
        set(at, {{up - 1, first, o.max_lr, high, low},
                 {2 * up - 2, o.max_lr, first, low, high},
                 {total - 1, first, last, high, high}});
    else
        set(at, {{up - 1, first, o.max_lr, high, low}, {total - 1, o.max_lr, last, low, high}});
}

STRATA_FUNCTION void OneCycleLR::set(double at, std::initializer_list<Phase> phases) {
    double start = 0;
    for (const Phase& phase : phases) {
        if (at <= phase.end_step || &phase == phases.end() - 1) {
            const double length = phase.end_step - start;
            const double share = length > 0 ? std::min((at - start) / length, 1.0) : 1.0;
            const double now = anneal(phase.start_lr, phase.end_lr, share);
            for_each_rate([&](double& lr, double) { lr = now; });
            if (!options_.cycle_momentum) return;
            const double momentum = anneal(phase.start_momentum, phase.end_momentum, share);
            for_each_group([&](Group& group) { *group.momentum = momentum; });
            return;
        }
        start = phase.end_step;
    }
}

STRATA_FUNCTION double OneCycleLR::anneal(double from, double to, double share) const {
    if (options_.anneal_strategy == AnnealStrategy::linear) return from + (to - from) * share;
    return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * share));
}

}  // namespace strata
#endif
