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
    void set() { *lr_ = base_lr_ * static_cast<double>(factor_(epoch_)); }

    F factor_;
};

}  // namespace strata
