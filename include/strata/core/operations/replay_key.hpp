#pragma once
// The key of a recorded step, on devices that record.

#include <strata/core/config.hpp>

namespace strata {

/// What recorded work depends on besides what lies in the device's memory: where it works, and on how many
/// samples.
struct ReplayKey {
    static constexpr Size max_others = 16;

    const void* inputs[detail::max_inputs];
    const void* target;
    const void* parameters;
    const void* gradients;
    const void* arena;
    Size batch;
    Size capacity;     ///< what the activations' memory is laid out for
    Size options = 0;  ///< bits of whatever else there is to choose
    Size source = 0;   ///< the number of what fills the inputs at the beginning; 0: nothing does
    /// Whatever else is in use that somebody may exchange or outgrow between two steps: a loss's workspace, an
    /// optimizer's state. (What is made with the one who records, and goes with it, need not be here.)
    const void* others[max_others] = {};

    friend bool operator==(const ReplayKey&, const ReplayKey&) = default;
};

}  // namespace strata
