#pragma once
// The algorithms of optimizers. An algorithm is a value type with PyTorch's options, `lr` among them, and:
//
//   void validate() const;              // ValueError naming option, value and limit
//   StatesInUse states() const;         // which of the flat state buffers these options need
//   Rule rule<T>(OptimizerClock&) const; // what one element's update needs, worked out once per step
//   void update(device, step) const;    // device.update(*this, step, the states that the rule takes...)
//
// One that looks at whole tensors (at their norms, at rows and columns) says more:
//
//   static constexpr bool per_tensor = true;          // `update` is called for each tensor, with its dims
//   static constexpr Size scratch(const Dims&);       // numbers that it works in, besides the states
//   static const char* refuses(const Dims&);          // null, or what tensors must be: "a matrix"
//   Size structure() const;                           // another number where an option changes which work
//                                                     // is given to the device, not only its numbers
//
// all but the first only if there is something to say.
//
// Numbers that are the same for all parameters are computed in double, as PyTorch does. `rule` runs where the
// device keeps its memory, because a recorded step sees neither the step count nor a new learning rate
// otherwise.

#include <array>
#include <strata/core/operations/loss_report.hpp>
#include <strata/core/refuse_option.hpp>
#include <strata/core/shape.hpp>

namespace strata {

/// Which of `OptimizerStep::state` an algorithm's options need. A buffer keeps its place when they change.
using StatesInUse = std::array<bool, 4>;

/// What an algorithm remembers besides the flat states, in the device's memory.
struct OptimizerClock {
    long long count = 0;  ///< steps; in `rule` 1 in the first one
    double scalar = 1;    ///< the algorithm's own (NAdam's product)
};

template <class Algorithm>
struct OptimizerBlock;

/// What is found out about one tensor during its update.
struct TensorNorms {
    double first = 0, second = 0;
};

/// What one update works on: `size` elements each of parameters, gradients and the states in use, all in the
/// device's memory.
template <class T>
struct OptimizerStep {
    template <class Algorithm>
    using Block = OptimizerBlock<Algorithm>;

    Size size = 0;
    T* parameters = nullptr;
    const T* gradients = nullptr;
    T* state[4] = {};                 ///< zeros at the beginning; null where it is not in use
    OptimizerClock* clock = nullptr;  ///< the beginning of an OptimizerBlock
    LossReport* report = nullptr;     ///< a step refused or left out there changes nothing; may be null

    // Where the algorithm asks for tensors:
    Dims dims = {};                ///< of this one
    T* scratch = nullptr;          ///< to work in, contents never kept
    TensorNorms* norms = nullptr;  ///< in the device's memory
};

/// What a device keeps of an optimizer: options and rule are read by recorded steps.
template <class Algorithm>
struct OptimizerBlock : OptimizerClock {
    Algorithm options{};
    typename Algorithm::Rule rule{};
    bool skip = false;
    bool idle = false;  ///< all parameters that it is for are frozen
};

namespace detail {

/// Work for one thread of a device: the rule of the coming update, from the options and the step count that
/// lie in its memory.
template <class T, class Block>
struct PrepareRule {
    Block* block;
    const LossReport* report;

    STRATA_HOST_DEVICE void operator()() const {
        block->skip = block->idle ||
                      (report != nullptr && (report->refused != 0 || report->leave_out || report->no_update));
        if (block->skip) return;
        ++block->count;
        block->rule = block->options.template rule<T>(*block);
    }
};

/// The same for all blocks of an optimizer.
template <class T, class Block>
struct PrepareRules {
    Block* blocks;
    Size count;
    const LossReport* report;

    STRATA_HOST_DEVICE void operator()() const {
        for (Size i = 0; i < count; ++i) PrepareRule<T, Block>{blocks + i, report}();
    }
};

/// Work for one thread: a cohort begins where another one is.
template <class Block>
struct CopyBlock {
    const Block* from;
    Block* to;
    STRATA_HOST_DEVICE void operator()() const { *to = *from; }
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

/// Whether an algorithm is given tensor after tensor.
template <class Algorithm>
concept SeesTensors = requires {
    requires Algorithm::per_tensor;
};

/// Whatever has an optimizer's options and says how many states it needs.
template <class A>
concept OptimizerAlgorithm = requires(const A& algorithm) {
    algorithm.validate();
    algorithm.states();
};

}  // namespace strata
