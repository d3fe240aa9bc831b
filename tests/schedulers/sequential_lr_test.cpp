// SequentialLR against PyTorch, and arguments that are refused.

#include "schedulers/scheduler_check.hpp"

#include <strata/schedulers/cosine_annealing_lr.hpp>
#include <strata/schedulers/exponential_lr.hpp>
#include <strata/schedulers/lambda_lr.hpp>
#include <strata/schedulers/linear_lr.hpp>
#include <strata/schedulers/multi_step_lr.hpp>
#include <strata/schedulers/one_cycle_lr.hpp>
#include <strata/schedulers/sequential_lr.hpp>
#include <strata/schedulers/step_lr.hpp>

using namespace strata;
namespace numbers = scheduler_check::numbers;
using scheduler_check::check_together, scheduler_check::stepping, scheduler_check::Options;

namespace {

double inverse(long long epoch) { return 1 / (1 + static_cast<double>(epoch)); }

}  // namespace

TEST_CASE("SequentialLR sets PyTorch's learning rates") {
    check_together(numbers::sequential_lr, [](auto& o) {
        return stepping(SequentialLR{o, {LinearLR{o}, CosineAnnealingLR{o, {.T_max = 10}}}, {5}});
    });
    check_together(numbers::sequential_three_lr, [](auto& o) {
        LinearLR warm_up{o, {.start_factor = 0.1, .total_iters = 6}};
        ExponentialLR decay{o, {.gamma = 0.9}};
        StepLR steps{o, {.step_size = 3, .gamma = 0.5}};
        return stepping(SequentialLR{o, {warm_up, decay, steps}, {4, 20}});
    });
    check_together(numbers::sequential_lambda_lr, [](auto& o) {
        MultiStepLR first{o, {.milestones = {2, 3}, .gamma = 0.3}};
        LambdaLR second{o, inverse};
        LinearLR third{o};
        return stepping(SequentialLR{o, {first, second, third}, {10, 30}});
    });
    check_together(numbers::sequential_same_milestones_lr, [](auto& o) {
        LinearLR first{o};
        ExponentialLR never{o, {.gamma = 0.5}};
        CosineAnnealingLR second{o, {.T_max = 20}};
        return stepping(SequentialLR{o, {first, never, second}, {8, 8}});
    });
}

TEST_CASE("SequentialLR begins from the initial rate that OneCycleLR has set, as in PyTorch") {
    check_together(numbers::sequential_to_one_cycle_lr, [](auto& o) {
        LinearLR first{o};
        OneCycleLR second{o, {.max_lr = 0.5, .total_steps = 50}};
        return stepping(SequentialLR{o, {first, second}, {5}});
    });
    check_together(numbers::sequential_from_one_cycle_lr, [](auto& o) {
        OneCycleLR first{o, {.max_lr = 0.5, .total_steps = 20}};
        StepLR second{o, {.step_size = 4, .gamma = 0.5}};
        return stepping(SequentialLR{o, {first, second}, {20}});
    });
}

TEST_CASE("A SequentialLR in another begins again when its turn comes") {
    Options<> optimizer, apart;
    const auto warm_then_decay = [](auto& o) {
        LinearLR warm_up{o, {.total_iters = 2}};
        ExponentialLR decay{o, {.gamma = 0.5}};
        return SequentialLR{o, {warm_up, decay}, {3}};
    };
    const auto inner = warm_then_decay(optimizer);
    StepLR before{optimizer, {.step_size = 1, .gamma = 0.5}};
    SequentialLR outer{optimizer, {before, inner}, {4}};
    auto alone = warm_then_decay(apart);
    for (int i = 0; i < 4; ++i) {
        CHECK(outer.last_lr() == 0.1 * std::pow(0.5, i));
        outer.step();
    }
    for (int i = 0; i < 8; ++i) {
        CHECK(outer.last_lr() == alone.last_lr());
        outer.step();
        alone.step();
    }
    CHECK(outer.last_epoch() == 12);
}

TEST_CASE("A copy of a SequentialLR goes its own way") {
    Options<> optimizer;
    LinearLR warm_up{optimizer, {.start_factor = 0.5, .total_iters = 1}};
    ExponentialLR decay{optimizer, {.gamma = 0.5}};
    SequentialLR scheduler{optimizer, {warm_up, decay}, {2}};
    SequentialLR copy = scheduler;
    for (int i = 0; i < 4; ++i) copy.step();
    CHECK(copy.last_lr() == Approx(0.1 * 0.25));
    CHECK(scheduler.last_epoch() == 0);
    scheduler.step();  // doubles the rate at the end of its warm-up
    CHECK(scheduler.last_lr() == Approx(0.1 * 0.5));
    CHECK(warm_up.last_epoch() == 0);
}

TEST_CASE("SequentialLR refuses what does not go together") {
    Options<> optimizer, another;
    LinearLR warm_up{optimizer};
    StepLR steps{optimizer, {.step_size = 3}}, elsewhere{another, {.step_size = 3}};
    const double lr = optimizer.algorithm.lr;
    const auto refused = [&](SchedulerList schedulers, std::vector<long long> milestones,
                             const char* message) {
        CHECK_THROWS_WITH((SequentialLR{optimizer, schedulers, milestones}), message);
        CHECK_THROWS_AS((SequentialLR{optimizer, schedulers, milestones}), ValueError);
        CHECK(optimizer.algorithm.lr == lr);
    };
    refused({}, {}, "strata: SequentialLR: no scheduler was given; it takes at least one");
    refused({warm_up, steps}, {},
            "strata: SequentialLR: 2 schedulers and 0 milestones; a milestone stands between each two "
            "schedulers");
    refused({warm_up, elsewhere}, {5},
            "strata: SequentialLR: scheduler 1 (counted from 0) is that of another optimizer; all of them "
            "change one");
    refused({warm_up, steps}, {0}, "strata: SequentialLR: a milestone is 0, but must be at least 1");
    refused({warm_up, steps, steps}, {5, 4},
            "strata: SequentialLR: a milestone is 4, but must be at least 5, the one before it");
}
