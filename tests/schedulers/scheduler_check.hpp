#pragma once
// What the tests of the schedulers share.

#include "catch.hpp"
#include "golden/schedulers.hpp"

#include <iterator>
#include <strata/optimizers/sgd.hpp>

namespace scheduler_check {

namespace numbers = golden::schedulers;

/// The part of an optimizer that schedulers see.
template <class Algorithm = strata::SGD>
struct Options {
    Algorithm algorithm{.lr = 0.1};

    Algorithm& options() { return algorithm; }
};

/// A rate or a momentum against PyTorch's, epoch after epoch; `step` goes to the next.
template <std::size_t N>
void check_epochs(const double& value, const double (&expected)[N], auto step) {
    for (std::size_t epoch = 0; epoch < N; ++epoch) {
        INFO("epoch " << epoch);
        CHECK(value == Approx(expected[epoch]).epsilon(1e-12).margin(1e-17));
        step();
    }
}

/// A scheduler made from options, epoch after epoch.
template <class Scheduler, std::size_t N>
void check_scheduler(const auto& scheduler_options, const double (&expected)[N]) {
    Options<> optimizer;
    Scheduler scheduler{optimizer, scheduler_options};
    check_epochs(optimizer.algorithm.lr, expected, [&] { scheduler.step(); });
    CHECK(scheduler.last_epoch() == N);
    CHECK(scheduler.last_lr() == optimizer.algorithm.lr);
}

template <class Scheduler>
void check_refused(const auto& scheduler_options, const char* message) {
    Options<> optimizer;
    CHECK_THROWS_WITH((Scheduler{optimizer, scheduler_options}), message);
    CHECK_THROWS_AS((Scheduler{optimizer, scheduler_options}), strata::ValueError);
    CHECK(optimizer.algorithm.lr == 0.1);
}

}  // namespace scheduler_check
