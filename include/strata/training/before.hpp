#pragma once
// The work that a step begins with, which fills its inputs and targets and is recorded with it: none on the host, whose
// batches are there already. A DeviceBatchFeed (device_batch_feed.hpp) has some.

#include <strata/core/config.hpp>

namespace strata::detail {

/// No work. `then()` is what a thread does behind the step, `source()` a number for where the batches come from.
struct NothingBefore {
    struct Nothing {
        STRATA_HOST_DEVICE void operator()() const {}
    };

    void operator()() const {}
    Nothing then() const { return {}; }
    Size source() const { return 0; }
};

}  // namespace strata::detail
