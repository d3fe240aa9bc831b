// ReduceLROnPlateau against PyTorch, and options that are refused.

#include "schedulers/scheduler_check.hpp"

#include <cmath>
#include <strata/schedulers/reduce_lr_on_plateau.hpp>

using namespace scheduler_check;
using strata::ReduceLROnPlateau, strata::ReduceLROnPlateauOptions;

namespace {

template <std::size_t N>
void check_plateau(ReduceLROnPlateauOptions options, const double (&expected)[N]) {
    Options<> optimizer;
    ReduceLROnPlateau scheduler{optimizer, options};
    const double* metric = numbers::metrics;
    check_epochs(optimizer.algorithm.lr, expected, [&] { scheduler.step(*metric++); });
}

}  // namespace

TEST_CASE("ReduceLROnPlateau sets PyTorch's learning rates") {
    check_plateau({.patience = 2}, numbers::plateau_lr);
    check_plateau({.mode = strata::PlateauMode::max,
                   .factor = 0.5,
                   .patience = 1,
                   .threshold = 0.1,
                   .threshold_mode = strata::ThresholdMode::abs,
                   .cooldown = 3,
                   .min_lr = 0.004},
                  numbers::plateau_max_lr);
}

TEST_CASE("ReduceLROnPlateau takes no NaN for an improvement") {
    Options<> optimizer;
    ReduceLROnPlateau scheduler{optimizer, {.patience = 1}};
    scheduler.step(std::nan(""));
    CHECK(scheduler.last_lr() == 0.1);
    scheduler.step(std::nan(""));
    CHECK(scheduler.last_lr() == Approx(0.01));
    scheduler.step(1);
    scheduler.step(0.5);
    CHECK(scheduler.last_lr() == Approx(0.01));
}

TEST_CASE("ReduceLROnPlateau refuses options out of range") {
    const auto refused = [](ReduceLROnPlateauOptions options, const char* message) {
        check_refused<ReduceLROnPlateau>(options, message);
    };
    refused({.factor = 1}, "strata: ReduceLROnPlateau: factor is 1, but must be in [0, 1)");
    refused({.patience = -1}, "strata: ReduceLROnPlateau: patience is -1, but must be at least 0");
    refused({.threshold = -1}, "strata: ReduceLROnPlateau: threshold is -1, but must be at least 0");
    refused({.cooldown = -1}, "strata: ReduceLROnPlateau: cooldown is -1, but must be at least 0");
    refused({.min_lr = -1}, "strata: ReduceLROnPlateau: min_lr is -1, but must be at least 0");
    refused({.eps = -1}, "strata: ReduceLROnPlateau: eps is -1, but must be at least 0");
}
