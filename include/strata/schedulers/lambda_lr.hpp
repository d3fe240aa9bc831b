#pragma once
// lr = initial_lr f(t) in epoch t, for any function f
//
// Source: torch.optim.lr_scheduler.LambdaLR.

#include <strata/schedulers/scheduler.hpp>
#include <utility>

namespace strata {

/// `LambdaLR scheduler{optimizer, [](long long epoch) { return 1 / (1 + 0.1 * epoch); }}`, then
/// `scheduler.step()` after every epoch.
template <class F>
class LambdaLR : public LRScheduler {
public:
    template <detail::SchedulerArgument O>
    LambdaLR(O&& optimizer, F factor) : LRScheduler(std::forward<O>(optimizer)), factor_(std::move(factor)) {
        start();
    }

private:
    void set_rates(long long epoch) override {
        const double factor = static_cast<double>(factor_(epoch));
        for_each_rate([&](double& lr, double base_lr) { lr = base_lr * factor; });
    }

    F factor_;
};

}  // namespace strata
