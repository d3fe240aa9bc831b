// CosineAnnealingLR against PyTorch, and options that are refused.

#include "schedulers/scheduler_check.hpp"

#include <strata/schedulers/cosine_annealing_lr.hpp>

using namespace scheduler_check;
using strata::CosineAnnealingLR, strata::CosineAnnealingLROptions;

TEST_CASE("CosineAnnealingLR sets PyTorch's learning rates") {
    check_scheduler<CosineAnnealingLR>(CosineAnnealingLROptions{.T_max = 50}, numbers::cosine_lr);
    check_scheduler<CosineAnnealingLR>(CosineAnnealingLROptions{.T_max = 9, .eta_min = 0.001},
                                       numbers::cosine_waves_lr);
}

TEST_CASE("CosineAnnealingLR refuses options out of range") {
    check_refused<CosineAnnealingLR>(CosineAnnealingLROptions{},
                                     "strata: CosineAnnealingLR: T_max is 0, but must be at least 1");
    check_refused<CosineAnnealingLR>(CosineAnnealingLROptions{.T_max = 5, .eta_min = -1},
                                     "strata: CosineAnnealingLR: eta_min is -1, but must be at least 0");
}
