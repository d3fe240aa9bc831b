// StepLR against PyTorch, and options that are refused.

#include "schedulers/scheduler_check.hpp"

#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/schedulers/linear_lr.hpp>
#include <strata/schedulers/step_lr.hpp>

using namespace scheduler_check;
using strata::StepLR, strata::StepLROptions;

TEST_CASE("StepLR sets PyTorch's learning rates") {
    check_scheduler<StepLR>(StepLROptions{.step_size = 7, .gamma = 0.5}, numbers::step_lr);
}

TEST_CASE("StepLR refuses options out of range") {
    check_refused<StepLR>(StepLROptions{}, "strata: StepLR: step_size is 0, but must be at least 1");
    check_refused<StepLR>(StepLROptions{.step_size = 5, .gamma = -1},
                          "strata: StepLR: gamma is -1, but must be at least 0");
}

TEST_CASE("A scheduler sets the rate of an optimizer") {
    strata::Model<strata::Sequential<strata::Linear<2, 1>>> model;
    strata::Optimizer optimizer{model, strata::SGD{.lr = 1}};
    strata::StepLR scheduler{optimizer, {.step_size = 2, .gamma = 0.5}};
    scheduler.step();
    CHECK(optimizer.options().lr == 1);
    scheduler.step();
    CHECK(optimizer.options().lr == 0.5);
    CHECK(scheduler.last_lr() == 0.5);
    CHECK(scheduler.last_epoch() == 2);

    optimizer.options().lr = 3;  // by hand
    scheduler.step();
    scheduler.step();
    CHECK(optimizer.options().lr == 1.5);
}

TEST_CASE("Two schedulers act on one optimizer") {
    Options<> optimizer;
    strata::LinearLR warm_up{optimizer, {.start_factor = 0.1, .total_iters = 10}};
    strata::StepLR steps{optimizer, {.step_size = 15}};
    check_epochs(optimizer.algorithm.lr, numbers::warm_up_and_steps_lr, [&] {
        warm_up.step();
        steps.step();
    });
}
