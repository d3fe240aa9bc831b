#pragma once
// What the schedulers share. A scheduler sets the learning rate of an optimizer; call `step()` after every
// epoch (OneCycleLR: after every batch), behind the optimizer's own. It begins when it is made, in epoch 0.
//
// As in PyTorch, most of them change the rate that they find, so that several can act on one optimizer, and
// so that a rate set by hand stays in force. They act on all groups that the optimizer has when they are
// made, each with a rate of its own. They keep a reference to the optimizer, which has to outlive them.

#include <concepts>
#include <strata/optimizers/optimizer.hpp>
#include <vector>

namespace strata {

namespace detail {

/// An optimizer, or what else has options with a learning rate.
template <class O>
concept HasLearningRate = requires(O& optimizer) {
    { optimizer.options().lr } -> std::same_as<double&>;
};

}  // namespace detail

class Scheduler {
public:
    /// The learning rate that is now in force, for parameters in no group.
    double last_lr() const { return *rates_.front().lr; }
    /// How many times `step()` was called.
    long long last_epoch() const { return epoch_; }

protected:
    template <detail::HasLearningRate O>
    [[gnu::cold]] explicit Scheduler(O& optimizer) {
        for_each_options(optimizer, [&](auto& options) { rates_.push_back({&options.lr, options.lr}); });
    }

    /// Calls `visit(options)` for each group of an optimizer.
    template <class O, class Visit>
    static void for_each_options(O& optimizer, const Visit& visit) {
        if constexpr (requires { optimizer.for_each_group(visit); })
            optimizer.for_each_group(visit);
        else
            visit(optimizer.options());
    }
    /// Calls `change(lr, base_lr)` for each group.
    template <class Change>
    void for_each_rate(const Change& change) {
        for (Rate& rate : rates_) change(*rate.lr, rate.base_lr);
    }

    struct Rate {
        double* lr;
        double base_lr;  ///< the learning rate when the scheduler was made
    };
    std::vector<Rate> rates_;
    long long epoch_ = 0;
};

}  // namespace strata
