#pragma once
// What the schedulers share. A scheduler sets the learning rate of an optimizer; call `step()` after every
// epoch (OneCycleLR: after every batch), behind the optimizer's own. It begins when it is made, in epoch 0.
//
// As in PyTorch, most of them change the rate that they find, so that several can act on one optimizer, and
// so that a rate set by hand stays in force. They keep a reference to the optimizer, which has to outlive
// them.

#include <concepts>
#include <strata/optimizers/optimizer.hpp>

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
    /// The learning rate that is now in force.
    double last_lr() const { return *lr_; }
    /// How many times `step()` was called.
    long long last_epoch() const { return epoch_; }

protected:
    template <detail::HasLearningRate O>
    explicit Scheduler(O& optimizer) : lr_(&optimizer.options().lr), base_lr_(*lr_) {}

    double* lr_;
    double base_lr_;  ///< the learning rate when the scheduler was made
    long long epoch_ = 0;
};

}  // namespace strata
