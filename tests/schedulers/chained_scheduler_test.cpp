// ChainedScheduler against PyTorch, and arguments that are refused.

#include "schedulers/scheduler_check.hpp"

#include <strata/schedulers/chained_scheduler.hpp>
#include <strata/schedulers/cosine_annealing_lr.hpp>
#include <strata/schedulers/exponential_lr.hpp>
#include <strata/schedulers/linear_lr.hpp>
#include <strata/schedulers/sequential_lr.hpp>

using namespace strata;
namespace numbers = scheduler_check::numbers;
using scheduler_check::check_together, scheduler_check::stepping, scheduler_check::Options;

TEST_CASE("ChainedScheduler sets PyTorch's learning rates") {
    check_together(numbers::chained_lr, [](auto& o) {
        LinearLR warm_up{o, {.start_factor = 0.1, .total_iters = 20}};
        ExponentialLR decay{o, {.gamma = 0.9}};
        return stepping(ChainedScheduler{{warm_up, decay}});
    });
    check_together(numbers::chained_sequential_lr, [](auto& o) {
        SequentialLR first{o, {LinearLR{o}, CosineAnnealingLR{o, {.T_max = 10}}}, {5}};
        ExponentialLR second{o, {.gamma = 0.9}};
        return stepping(ChainedScheduler{{first, second}, o});
    });
}

TEST_CASE("A ChainedScheduler in a SequentialLR begins again when its turn comes") {
    Options<> optimizer;
    LinearLR warm_up{optimizer, {.start_factor = 0.5, .total_iters = 2}};
    LinearLR slower{optimizer, {.start_factor = 0.25, .total_iters = 2}};
    ExponentialLR decay{optimizer, {.gamma = 0.5}};
    SequentialLR scheduler{optimizer, {warm_up, ChainedScheduler{{slower, decay}}}, {3}};
    for (int i = 0; i < 3; ++i) scheduler.step();
    CHECK(scheduler.last_lr() == Approx(0.1 * 0.25));
    scheduler.step();
    CHECK(scheduler.last_lr() == Approx(0.1 * 0.625 * 0.5));
    scheduler.step();
    CHECK(scheduler.last_lr() == Approx(0.1 * 0.25));
}

TEST_CASE("A list of schedulers that is made at run time") {
    Options<> optimizer;
    SchedulerList list;
    for (const double gamma : {0.5, 0.25}) list.add(ExponentialLR{optimizer, {.gamma = gamma}});
    CHECK(list.size() == 2);
    SchedulerList copy = list;
    copy[1].step();
    CHECK(list[1].last_epoch() == 0);
    optimizer.algorithm.lr = 0.1;
    ChainedScheduler scheduler{list};
    scheduler.step();
    CHECK(scheduler.last_lr() == 0.0125);
    copy = list;
    CHECK(copy[1].last_epoch() == 0);
}

TEST_CASE("ChainedScheduler refuses what does not go together") {
    Options<> optimizer, another;
    LinearLR warm_up{optimizer};
    ExponentialLR elsewhere{another, {.gamma = 0.9}};
    const char* const other =
        "strata: ChainedScheduler: scheduler 1 (counted from 0) is that of another optimizer; all of them "
        "change one";
    CHECK_THROWS_WITH((ChainedScheduler{{warm_up, elsewhere}}), other);
    CHECK_THROWS_WITH((ChainedScheduler{{warm_up, elsewhere}, optimizer}), other);
    CHECK_THROWS_AS((ChainedScheduler{{warm_up, elsewhere}}), ValueError);
    CHECK_THROWS_WITH((ChainedScheduler{SchedulerList{}}),
                      "strata: ChainedScheduler: no scheduler was given; it takes at least one");
}
