// OneCycleLR against PyTorch, its end, and options that are refused.

#include "schedulers/scheduler_check.hpp"

#include <strata/optimizers/adagrad.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/schedulers/one_cycle_lr.hpp>

using namespace scheduler_check;
using strata::OneCycleLR, strata::OneCycleLROptions;

TEST_CASE("OneCycleLR sets PyTorch's learning rates and momenta") {
    for (const bool momentum : {false, true}) {
        Options<strata::Adam> adam;
        OneCycleLR cosine{adam, {.max_lr = 0.5, .total_steps = 50}};
        if (momentum)
            check_epochs(adam.algorithm.betas[0], numbers::one_cycle_beta, [&] { cosine.step(); });
        else
            check_epochs(adam.algorithm.lr, numbers::one_cycle_lr, [&] { cosine.step(); });
        CHECK(adam.algorithm.betas[1] == 0.999);

        Options<strata::SGD> sgd;
        OneCycleLR linear{sgd,
                          {.max_lr = 0.5,
                           .total_steps = 50,
                           .pct_start = 0.25,
                           .anneal_strategy = strata::AnnealStrategy::linear,
                           .base_momentum = 0.7,
                           .max_momentum = 0.9,
                           .div_factor = 10,
                           .final_div_factor = 100,
                           .three_phase = true}};
        if (momentum)
            check_epochs(sgd.algorithm.momentum, numbers::one_cycle_three_momentum, [&] { linear.step(); });
        else
            check_epochs(sgd.algorithm.lr, numbers::one_cycle_three_lr, [&] { linear.step(); });
    }
}

TEST_CASE("OneCycleLR ends behind its last step") {
    Options<> optimizer;
    OneCycleLR scheduler{optimizer, {.max_lr = 1, .total_steps = 3}};
    for (int step = 0; step < 3; ++step) scheduler.step();  // once behind each of three batches
    CHECK(scheduler.last_lr() == Approx(1 / 25e4));
    CHECK_THROWS_WITH(scheduler.step(), "strata: OneCycleLR: step 4, but total_steps is 3");
}

TEST_CASE("OneCycleLR divides by no phase of length zero") {
    for (const double share : {0.0, 0.1, 0.5, 1.0})
        for (const bool three : {false, true})
            for (const long long total : {1, 2, 10}) {
                Options<> optimizer;
                OneCycleLR scheduler{
                    optimizer, {.max_lr = 1, .total_steps = total, .pct_start = share, .three_phase = three}};
                for (int step = 0; step < total; ++step, scheduler.step()) {
                    INFO("pct_start " << share << ", total_steps " << total << ", step " << step);
                    CHECK(scheduler.last_lr() > 0);
                    CHECK(scheduler.last_lr() <= 1);
                }
            }
}

TEST_CASE("OneCycleLR leaves the momentum alone where it is told to") {
    Options<strata::Adagrad> optimizer;
    CHECK_THROWS_WITH((OneCycleLR{optimizer, {.max_lr = 1, .total_steps = 10}}),
                      "strata: OneCycleLR: this optimizer has no momentum; set cycle_momentum = false");
    OneCycleLR scheduler{optimizer, {.max_lr = 1, .total_steps = 10, .cycle_momentum = false}};
    CHECK(scheduler.last_lr() == Approx(1.0 / 25));
}

TEST_CASE("OneCycleLR refuses options out of range") {
    const auto refused = [](OneCycleLROptions options, const char* message) {
        check_refused<OneCycleLR>(options, message);
    };
    refused({.total_steps = 5}, "strata: OneCycleLR: max_lr is -1, but must be at least 0");
    refused({.max_lr = 1}, "strata: OneCycleLR: total_steps is 0, but must be at least 1");
    OneCycleLROptions options{.max_lr = 1, .total_steps = 5, .pct_start = 1.5};
    refused(options, "strata: OneCycleLR: pct_start is 1.5, but must be in [0, 1]");
    options = {.max_lr = 1, .total_steps = 5, .base_momentum = 1};
    refused(options, "strata: OneCycleLR: base_momentum is 1, but must be in [0, 1)");
    options = {.max_lr = 1, .total_steps = 5, .max_momentum = -1};
    refused(options, "strata: OneCycleLR: max_momentum is -1, but must be in [0, 1)");
    options = {.max_lr = 1, .total_steps = 5, .div_factor = 0};
    refused(options, "strata: OneCycleLR: div_factor is 0, but must be above 0");
    options = {.max_lr = 1, .total_steps = 5, .final_div_factor = 0};
    refused(options, "strata: OneCycleLR: final_div_factor is 0, but must be above 0");
}
