// ExponentialLR against PyTorch, and options that are refused.

#include "schedulers/scheduler_check.hpp"

#include <strata/schedulers/exponential_lr.hpp>

using namespace scheduler_check;
using strata::ExponentialLR, strata::ExponentialLROptions;

TEST_CASE("ExponentialLR sets PyTorch's learning rates") {
    check_scheduler<ExponentialLR>(ExponentialLROptions{.gamma = 0.93}, numbers::exponential_lr);
}

TEST_CASE("ExponentialLR refuses options out of range") {
    check_refused<ExponentialLR>(ExponentialLROptions{},
                                 "strata: ExponentialLR: gamma is -1, but must be at least 0");
}
