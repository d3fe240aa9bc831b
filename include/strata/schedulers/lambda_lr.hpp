#pragma once
// lr = lr_0 f(t) in epoch t, for any function f
//
// Source: torch.optim.lr_scheduler.LambdaLR.

#include <strata/schedulers/scheduler.hpp>
#include <utility>

namespace strata {

/// `LambdaLR scheduler{optimizer, [](long long epoch) { return 1 / (1 + 0.1 * epoch); }}`, then
/// `scheduler.step()` after every epoch.
template <class F>
class LambdaLR : public Scheduler {
public:
    template <detail::HasLearningRate O>
    LambdaLR(O& optimizer, F factor) : Scheduler(optimizer), factor_(std::move(factor)) {
        set();
    }
    void step() {
        ++epoch_;
        set();
    }

private:
    void set() {
        const double factor = static_cast<double>(factor_(epoch_));
        for_each_rate([&](double& lr, double base_lr) { lr = base_lr * factor; });
    }

    F factor_;
};

}  // namespace strata
