#pragma once
// An optimizer bound to a model: the algorithm's options, its state (flat, like the parameters) and its step
// count. Each step is one fused pass over the flat buffers.
//
// An algorithm is a value type with PyTorch's options, `lr` among them, and:
//
//   void validate() const;              // ValueError naming option, value and limit
//   StatesInUse states() const;         // which of the flat state buffers these options need
//   Rule rule<T>(OptimizerClock&) const; // what one element's update needs, worked out once per step
//   void update(device, step) const;    // device.update(*this, step, the states that the rule takes...)
//
// Numbers that are the same for all parameters are computed in double, as PyTorch does. `rule` runs where the
// device keeps its memory, because a recorded step sees neither the step count nor a new learning rate
// otherwise.

#include <array>
#include <cstdio>
#include <cstring>
#include <strata/core/diagnostics.hpp>
#include <strata/core/error.hpp>
#include <strata/core/loss_report.hpp>
#include <strata/core/math.hpp>
#include <strata/core/message.hpp>
#include <string>

namespace strata {

/// Which of `OptimizerStep::state` an algorithm's options need. A buffer keeps its place when they change.
using StatesInUse = std::array<bool, 4>;

/// What an algorithm remembers besides the flat states, in the device's memory.
struct OptimizerClock {
    long long count = 0;  ///< steps; in `rule` 1 in the first one
    double scalar = 1;    ///< the algorithm's own (NAdam's product)
};

/// What a trainer knows of an update that others do not.
struct UpdateOptions {
    bool rule_is_ready = false;     ///< PrepareRule has run already
    bool checks_gradients = false;  ///< on a device of its own, reports one that is not finite
};

template <class Algorithm>
struct OptimizerBlock;
namespace detail {
template <class T, class Block>
struct PrepareRule;
}

/// What one update works on: `size` elements each of parameters, gradients and the states in use, all in the
/// device's memory.
template <class T>
struct OptimizerStep {
    template <class Algorithm>
    using Block = OptimizerBlock<Algorithm>;
    template <class Algorithm>
    using PrepareRule = detail::PrepareRule<T, OptimizerBlock<Algorithm>>;

    Size size = 0;
    T* parameters = nullptr;
    const T* gradients = nullptr;
    T* state[4] = {};                 ///< zeros at the beginning; null where it is not in use
    OptimizerClock* clock = nullptr;  ///< the beginning of an OptimizerBlock
    UpdateOptions options = {};
    LossReport* report = nullptr;  ///< a step refused or left out there changes nothing; may be null
};

/// What a device keeps of an optimizer: options and rule are read by recorded steps.
template <class Algorithm>
struct OptimizerBlock : OptimizerClock {
    Algorithm options{};
    typename Algorithm::Rule rule{};
    bool skip = false;
};

namespace detail {

/// Throws unless an option is fine; NaN and infinities never are.
inline void check_option(bool fine, const char* owner, const char* option, double value, const char* limit) {
    if (fine && is_finite(value)) return;
    char number[32];
    std::snprintf(number, sizeof number, "%g", value);
    throw ValueError(message("strata: ", owner, ": ", option, " is ", number, ", but must be ", limit,
                             fine && !is_nan(value) ? ", and finite" : ""));
}

/// Work for one thread of a device: the rule of the coming update, from the options and the step count that
/// lie in its memory.
template <class T, class Block>
struct PrepareRule {
    Block* block;
    const LossReport* report;

    STRATA_HOST_DEVICE void operator()() const {
        block->skip = report != nullptr && (report->refused != 0 || report->leave_out);
        if (block->skip) return;
        ++block->count;
        block->rule = block->options.template rule<T>(*block);
    }
};

/// eps as it is added to a denominator. Zero becomes the smallest normal number, which changes no quotient
/// but 0 / 0: that would fill the padding between tensors, whose gradients are zero, with NaN.
template <class T>
STRATA_HOST_DEVICE double positive_eps(double eps) {
    // nvcc takes std::numeric_limits for a host function.
    constexpr double smallest = sizeof(T) == sizeof(float) ? 0x1p-126 : 0x1p-1022;
    return eps > smallest ? eps : smallest;
}

}  // namespace detail

/// Whatever has an optimizer's options and says how many states it needs.
template <class A>
concept OptimizerAlgorithm = requires(const A& algorithm) {
    algorithm.validate();
    algorithm.states();
};

/// `Optimizer optimizer{model, Adam{.lr = 1e-2}}`, then `zero_grad()`, backward, `step()`. It keeps a
/// reference to the model, which has to outlive it. A copy has its own state and works on the same model.
/// Throws ValueError for options out of range.
template <class Model, class Algorithm>
class Optimizer {
    using T = typename Model::value_type;
    using Device = typename Model::device_type;
    using Buffer = typename Device::template Buffer<T>;

public:
    explicit Optimizer(Model& model, Algorithm algorithm = {}) : algorithm_(algorithm), model_(&model) {
        algorithm_.validate();
    }
    explicit Optimizer(const Model&, Algorithm = {}) {
        constexpr bool the_model_is_not_const = detail::never<Model>;
        static_assert(
            the_model_is_not_const,
            "strata: an optimizer changes the model, and this model is const (docs/errors.md#const-model)");
    }
    explicit Optimizer(Model&&, Algorithm = {}) {
        constexpr bool the_model_has_a_name = detail::never<Model>;
        static_assert(
            the_model_has_a_name,
            "strata: an optimizer keeps a reference to the model, and this model is a temporary; give it a "
            "name first (docs/errors.md#temporary-model)");
    }

    /// The options, which may change between steps: a scheduler sets `lr` here.
    Algorithm& options() { return algorithm_; }
    const Algorithm& options() const { return algorithm_; }
    /// Steps taken. A device that works on its own leaves out those that were refused there, and is waited
    /// for.
    long long steps() const {
        if constexpr (Device::is_host)
            return count_;
        else
            return block_.size() == 0 ? 0 : model_->device().fetch(block_.data()).count;
    }

    void zero_grad() { model_->zero_grad(); }

    /// One update of all parameters from the gradients of the backward passes since `zero_grad`. Without one
    /// nothing happens and no step is counted, as PyTorch skips parameters whose gradient is None. Throws
    /// ValueError for options that are now out of range; the parameters are then as they were.
    void step() {
        algorithm_.validate();
        if (!model_->has_gradients()) return;
        const auto gradients = model_->flat_gradients();
        prepare(gradients.size());
        update(gradients.data());
        ++count_;
    }

private:
    template <class, class, class>
    friend class Trainer;

    /// The host's part of a step: memory, and new options if there are any.
    void prepare(Size size) {
        algorithm_.validate();
        Device& device = model_->device();
        if (block_.size() == 0) {
            const Block initial{{}, algorithm_};
            block_.resize(1);
            block_.copy_from(&initial);
        } else if (std::memcmp(&published_, &algorithm_, sizeof(Algorithm)) != 0) {
            device.once(detail::Store<Algorithm>{&block_.data()->options, algorithm_});
        }
        std::memcpy(static_cast<void*>(&published_), &algorithm_, sizeof(Algorithm));
        const StatesInUse in_use = algorithm_.states();
        for (Size i = 0; i < in_use.size(); ++i)
            if (in_use[i]) state_[i].resize(size);  // allocates when first used
    }
    /// The device's part, which can be recorded; `rule_work` comes before the rest if it is not part of it.
    auto rule_work() { return detail::PrepareRule<T, Block>{block_.data(), model_->report()}; }
    void update(const T* gradients, const UpdateOptions& options = {}) {
        OptimizerStep<T> step;
        step.size = Model::learnt_elements;
        step.parameters = model_->flat_parameters().data();
        step.gradients = gradients;
        step.clock = block_.data();
        step.report = model_->report();
        step.options = options;
        const StatesInUse in_use = algorithm_.states();
        for (Size i = 0; i < in_use.size(); ++i)
            if (in_use[i]) step.state[i] = state_[i].data();
        [[maybe_unused]] const typename Device::PassScope scope;
        algorithm_.update(model_->device(), step);
    }

    Size states_in_use() const {
        Size bits = 0;
        for (const bool in_use : algorithm_.states()) bits = 2 * bits + in_use;
        return bits;
    }

    using Block = OptimizerBlock<Algorithm>;

    Algorithm algorithm_;
    Algorithm published_{};
    Model* model_;
    typename Device::template Buffer<Block> block_{"an optimizer's step count"};
    Buffer state_[4] = {Buffer{"optimizer state"}, Buffer{"optimizer state"}, Buffer{"optimizer state"},
                        Buffer{"optimizer state"}};
    long long count_ = 0;
};

namespace detail {
template <class Algorithm>
struct RefuseUnlessOptimizer {
    static constexpr bool it_is_an_optimizer = OptimizerAlgorithm<Algorithm>;
    static_assert(it_is_an_optimizer, "strata: this type is no optimizer; write the options of one, such as "
                                      "Optimizer{model, Adam{.lr = 1e-3}} "
                                      "(docs/errors.md#optimizer)");
};
}  // namespace detail

/// An Optimizer of something else is refused, and does nothing.
template <class Model, class Algorithm>
requires(!OptimizerAlgorithm<Algorithm>) class Optimizer<Model, Algorithm> {
    detail::RefuseUnlessOptimizer<Algorithm> refused_here;

public:
    explicit Optimizer(const Model&, Algorithm = {}) {}
    void zero_grad() {}
    void step() {}
};

}  // namespace strata
