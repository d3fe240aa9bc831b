#pragma once
// What a loss leaves in the device's memory: its value, and whether the batch was refused. A device that
// works behind the host's back cannot throw; the host looks here when it asks for the value.

#include <cstdint>
#include <strata/core/config.hpp>

namespace strata {

struct LossReport {
    /// In `refused`: the loss is not a finite number, and training stops.
    static constexpr Size not_finite = ~Size(0);
    /// In `refused`: a gradient is not a finite number, though the loss is.
    static constexpr Size gradient_not_finite = ~Size(0) - 1;

    double value = 0;        ///< as the loss reduces it
    Size correct = 0;        ///< samples whose largest output is that of their class, where that was counted
    Size refused = 0;        ///< 0: the batch is fine; else 1 + the index of the first label out of range
    std::int64_t label = 0;  ///< that label
    Size classes = 0;        ///< labels lie in [0, classes)
    double refused_value = 0;  ///< the value that was not finite
    bool leave_out = false;    ///< gradients overflowed in half precision: this step changes no parameters
};

namespace detail {

/// What the device is told without waiting for it: the value travels with the call.
template <class V>
struct Store {
    V* to;
    V value;

    STRATA_HOST_DEVICE void operator()() const { *to = value; }
};

}  // namespace detail
}  // namespace strata
