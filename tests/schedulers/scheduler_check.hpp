#pragma once
// The common part of the tests of the schedulers.

#include "catch.hpp"
#include "golden/schedulers.hpp"

#include <iterator>
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>

namespace scheduler_check {

namespace numbers = golden::schedulers;

using Small = strata::Model<strata::Sequential<strata::Linear<2, 3>, strata::Linear<3, 2>>>;

/// An optimizer with its model, as schedulers see it.
template <class Algorithm = strata::SGD>
struct Options {
    Small model{};
    strata::Optimizer<Small, Algorithm> optimizer{model, Algorithm{.lr = 0.1}};
    Algorithm& algorithm = optimizer.options();

    auto scheduled_groups() { return optimizer.scheduled_groups(); }
};

/// Several schedulers of an optimizer with groups of rates 0.1 and 0.02. `make(optimizer)` gives a function
/// that goes to the next epoch.
template <std::size_t N>
void check_together(const double (&expected)[N], auto make) {
    Small model;
    strata::Optimizer optimizer{model, strata::SGD{.lr = 0.1, .momentum = 0.9}};
    strata::SGD& head = optimizer.group("1.");
    head.lr = 0.02;
    auto step = make(optimizer);
    for (std::size_t epoch = 0; epoch < N / 2; ++epoch) {
        INFO("epoch " << epoch);
        CHECK(optimizer.options().lr == Approx(expected[epoch]).epsilon(1e-12).margin(1e-17));
        CHECK(head.lr == Approx(expected[N / 2 + epoch]).epsilon(1e-12).margin(1e-17));
        step();
    }
}

/// Steps all of these, in their order.
auto stepping(auto... schedulers) {
    return [... schedulers = std::move(schedulers)]() mutable { (schedulers.step(), ...); };
}

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
    CHECK_FALSE(optimizer.scheduled_groups()->first->has_initial_lr);
}

}  // namespace scheduler_check
