// LinearLR against PyTorch, and options that are refused.

#include "schedulers/scheduler_check.hpp"

#include <strata/schedulers/linear_lr.hpp>

using namespace scheduler_check;
using strata::LinearLR, strata::LinearLROptions;

TEST_CASE("LinearLR sets PyTorch's learning rates") {
    check_scheduler<LinearLR>(LinearLROptions{}, numbers::linear_lr);
    check_scheduler<LinearLR>(LinearLROptions{.start_factor = 0.9, .end_factor = 0.05, .total_iters = 17},
                              numbers::linear_long_lr);
}

TEST_CASE("LinearLR refuses options out of range") {
    check_refused<LinearLR>(LinearLROptions{.start_factor = 0},
                            "strata: LinearLR: start_factor is 0, but must be in (0, 1]");
    check_refused<LinearLR>(LinearLROptions{.end_factor = 1.5},
                            "strata: LinearLR: end_factor is 1.5, but must be in [0, 1]");
    check_refused<LinearLR>(LinearLROptions{.total_iters = 0},
                            "strata: LinearLR: total_iters is 0, but must be at least 1");
}
