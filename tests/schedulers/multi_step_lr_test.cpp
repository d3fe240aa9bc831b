// MultiStepLR against PyTorch, and options that are refused.

#include "schedulers/scheduler_check.hpp"

#include <strata/schedulers/multi_step_lr.hpp>

using namespace scheduler_check;
using strata::MultiStepLR, strata::MultiStepLROptions;

TEST_CASE("MultiStepLR sets PyTorch's learning rates") {
    check_scheduler<MultiStepLR>(MultiStepLROptions{.milestones = {30, 5, 12, 12}, .gamma = 0.3},
                                 numbers::multi_step_lr);
}

TEST_CASE("MultiStepLR refuses options out of range") {
    check_refused<MultiStepLR>(MultiStepLROptions{.milestones = {3, 0}},
                               "strata: MultiStepLR: a milestone is 0, but must be at least 1");
    check_refused<MultiStepLR>(MultiStepLROptions{.milestones = {3}, .gamma = -1},
                               "strata: MultiStepLR: gamma is -1, but must be at least 0");
}
