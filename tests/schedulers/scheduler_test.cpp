// Labels: robust
// Schedulers beside each other, against PyTorch; and with optimizers and trainers that are moved, copied,
// replaced and destroyed.

#include "schedulers/scheduler_check.hpp"

#include <limits>
#include <memory>
#include <optional>
#include <strata/losses/mse_loss.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/schedulers/chained_scheduler.hpp>
#include <strata/schedulers/cosine_annealing_lr.hpp>
#include <strata/schedulers/exponential_lr.hpp>
#include <strata/schedulers/lambda_lr.hpp>
#include <strata/schedulers/linear_lr.hpp>
#include <strata/schedulers/multi_step_lr.hpp>
#include <strata/schedulers/one_cycle_lr.hpp>
#include <strata/schedulers/reduce_lr_on_plateau.hpp>
#include <strata/schedulers/sequential_lr.hpp>
#include <strata/schedulers/step_lr.hpp>
#include <strata/training/trainer.hpp>
#include <utility>
#include <vector>

using namespace strata;
namespace numbers = scheduler_check::numbers;
using scheduler_check::check_epochs, scheduler_check::check_together, scheduler_check::Options,
    scheduler_check::stepping, scheduler_check::Small;

namespace {

double inverse(long long epoch) { return 1 / (1 + static_cast<double>(epoch)); }

const char* const gone =
    "strata: the optimizer of this scheduler is gone, destroyed or replaced by assignment; "
    "make a scheduler with the new one";

using Adams = Optimizer<Small, Adam>;

}  // namespace

TEST_CASE("Schedulers beside each other share the initial rate, as in PyTorch") {
    check_together(numbers::linear_and_exponential_lr, [](auto& o) {
        LinearLR first{o};
        ExponentialLR second{o, {.gamma = 0.93}};
        return stepping(first, second);
    });
    check_together(numbers::linear_and_lambda_lr, [](auto& o) {
        LinearLR first{o};
        LambdaLR second{o, inverse};
        return stepping(first, second);
    });
    check_together(numbers::lambda_and_linear_lr, [](auto& o) {
        LambdaLR first{o, inverse};
        LinearLR second{o};
        return stepping(first, second);
    });
    check_together(numbers::linear_and_cosine_lr, [](auto& o) {
        LinearLR first{o};
        CosineAnnealingLR second{o, {.T_max = 9, .eta_min = 1e-3}};
        return stepping(first, second);
    });
    check_together(numbers::one_cycle_and_step_lr, [](auto& o) {
        OneCycleLR first{o, {.max_lr = 0.5, .total_steps = 50}};
        StepLR second{o, {.step_size = 7, .gamma = 0.5}};
        return stepping(first, second);
    });
}

TEST_CASE("A scheduler that is made later begins with the rate of the first, as in PyTorch") {
    Options<> optimizer;
    std::optional<ExponentialLR> first(std::in_place, optimizer, ExponentialLROptions{.gamma = 0.9});
    std::optional<LambdaLR<double (*)(long long)>> second;
    int epoch = 0;
    check_epochs(optimizer.algorithm.lr, numbers::later_lr, [&] {
        second ? second->step() : first->step();
        if (++epoch == 10) second.emplace(optimizer, inverse);
    });
}

TEST_CASE("ReduceLROnPlateau acts beside another scheduler") {
    Options<> optimizer;
    ReduceLROnPlateau plateau{optimizer, {.factor = 0.5, .patience = 2}};
    LinearLR linear{optimizer, {.start_factor = 0.1, .total_iters = 30}};
    std::size_t epoch = 0;
    check_epochs(optimizer.algorithm.lr, numbers::plateau_beside_linear_lr, [&] {
        linear.step();
        plateau.step(numbers::metrics[epoch++]);
    });
}

TEST_CASE("A rate set by hand is the initial one if there was no scheduler yet") {
    Options<> optimizer;
    ReduceLROnPlateau plateau{optimizer};  // in PyTorch this one sets no initial rate
    optimizer.algorithm.lr = 0.4;
    LambdaLR scheduler{optimizer, inverse};
    scheduler.step();
    CHECK(optimizer.algorithm.lr == 0.2);
}

TEST_CASE("Epochs and options at the ends of their types") {
    Options<> optimizer;
    constexpr long long most = std::numeric_limits<long long>::max();
    CosineAnnealingLR cosine{optimizer, {.T_max = most}};  // 2 T_max is no long long
    StepLR steps{optimizer, {.step_size = most}};
    LinearLR linear{optimizer, {.start_factor = 1, .total_iters = most}};
    MultiStepLR milestones{optimizer, {.milestones = {most, most, 2}, .gamma = 0.5}};
    OneCycleLR cycle{optimizer, {.max_lr = 1, .total_steps = most}};
    for (int epoch = 0; epoch < 3; ++epoch) {
        cosine.step();
        steps.step();
        linear.step();
        milestones.step();
    }
    CHECK(optimizer.algorithm.lr == Approx(0.04 * 0.5));
    const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
    CHECK_THROWS_AS((StepLR{optimizer, {.step_size = -1}}), ValueError);
    for (const double number : {nan, infinity, -infinity}) {
        CHECK_THROWS_AS((StepLR{optimizer, {.step_size = 1, .gamma = number}}), ValueError);
        CHECK_THROWS_AS((MultiStepLR{optimizer, {.gamma = number}}), ValueError);
        CHECK_THROWS_AS((ExponentialLR{optimizer, {.gamma = number}}), ValueError);
        CHECK_THROWS_AS((LinearLR{optimizer, {.start_factor = number}}), ValueError);
        CHECK_THROWS_AS((CosineAnnealingLR{optimizer, {.T_max = 1, .eta_min = number}}), ValueError);
        CHECK_THROWS_AS((ReduceLROnPlateau{optimizer, {.factor = number}}), ValueError);
        CHECK_THROWS_AS((OneCycleLR{optimizer, {.max_lr = number, .total_steps = 3}}), ValueError);
    }
}

TEST_CASE("A step that throws does not count") {
    Options<> optimizer;
    LambdaLR scheduler{optimizer, [](long long epoch) {
                           if (epoch == 2) throw ValueError("no");
                           return 1.0 / static_cast<double>(1 + epoch);
                       }};
    scheduler.step();
    CHECK_THROWS_WITH(scheduler.step(), "no");
    CHECK(scheduler.last_epoch() == 1);
    CHECK(optimizer.algorithm.lr == 0.05);
}

// Lifetimes

TEST_CASE("A scheduler whose optimizer was replaced or destroyed says so") {
    Small model;
    const auto check = [](auto& scheduler, double lr) {
        CHECK_THROWS_WITH(scheduler.step(), gone);
        CHECK_THROWS_AS(scheduler.step(), ValueError);
        CHECK(scheduler.last_lr() == lr);
        CHECK(scheduler.last_epoch() == 0);
    };
    Optimizer optimizer{model, Adam{.lr = 1}};
    StepLR steps{optimizer, {.step_size = 1, .gamma = 0.5}};
    LambdaLR lambda{optimizer, [](long long) { return 1; }};
    OneCycleLR cycle{optimizer, {.max_lr = 1, .total_steps = 5}};
    SequentialLR sequence{optimizer, {steps}, {}};
    ChainedScheduler chain{{steps}};
    ReduceLROnPlateau plateau{optimizer};
    const double lr = optimizer.options().lr;
    optimizer = Optimizer{model, Adam{.lr = 3}};
    check(steps, lr);
    check(lambda, lr);
    check(cycle, lr);
    check(sequence, lr);
    check(chain, lr);
    CHECK_THROWS_WITH(plateau.step(1), gone);
    CHECK(plateau.last_epoch() == 0);
    CHECK(optimizer.options().lr == 3);
    CHECK_THROWS_WITH((SequentialLR{optimizer, {steps}, {}}), Catch::Contains("that of another optimizer"));

    auto owned = std::make_unique<Adams>(model, Adam{.lr = 2});
    StepLR of_owned{*owned, {.step_size = 1}};
    owned.reset();
    check(of_owned, 2);

    std::optional<Adams> maybe(std::in_place, model, Adam{.lr = 2});
    StepLR of_maybe{*maybe, {.step_size = 1}};
    maybe.emplace(model, Adam{.lr = 4});
    check(of_maybe, 2);
    StepLR of_second{*maybe, {.step_size = 1}};
    maybe = std::nullopt;
    check(of_second, 4);

    const auto made_in_a_function = [&] {
        Optimizer local{model, Adam{.lr = 5}};
        return StepLR{local, {.step_size = 1}};
    };
    auto orphan = made_in_a_function();
    check(orphan, 5);
}

TEST_CASE("A scheduler whose trainer was replaced or destroyed says so") {
    Small model;
    Trainer trainer{model, MSELoss{}, Adam{.lr = 1}};
    StepLR steps{trainer.optimizer(), {.step_size = 1}};
    trainer = Trainer{model, MSELoss{}, Adam{.lr = 3}};
    CHECK_THROWS_WITH(steps.step(), gone);
    CHECK(trainer.optimizer().options().lr == 3);
    StepLR again{trainer.optimizer(), {.step_size = 1, .gamma = 0.5}};
    again.step();
    CHECK(trainer.optimizer().options().lr == 1.5);
}

TEST_CASE("A scheduler goes where its optimizer is moved") {
    Small model;
    const auto make = [&] {
        Optimizer optimizer{model, Adam{.lr = 1}};
        optimizer.group("1.").lr = 2;
        StepLR scheduler{optimizer, {.step_size = 1, .gamma = 0.5}};
        return std::pair{std::move(optimizer), scheduler};
    };
    auto [optimizer, scheduler] = make();
    scheduler.step();
    CHECK(optimizer.options().lr == 0.5);
    CHECK(optimizer.options("1.").lr == 1);

    Adams moved = std::move(optimizer);
    scheduler.step();
    CHECK(moved.options().lr == 0.25);

    Adams target{model, Adam{.lr = 7}};
    StepLR of_target{target, {.step_size = 1}};
    target = std::move(moved);
    scheduler.step();
    CHECK(target.options().lr == 0.125);
    CHECK_THROWS_WITH(of_target.step(), gone);

    // in a vector that grows, loses its first and is sorted
    std::vector<Adams> optimizers;
    std::vector<StepLR> schedulers;
    for (int i = 0; i < 9; ++i) {
        optimizers.emplace_back(model, Adam{.lr = 1.0 + i});
        schedulers.emplace_back(optimizers.back(), StepLROptions{.step_size = 1, .gamma = 0.5});
    }
    optimizers.erase(optimizers.begin());
    std::swap(optimizers[0], optimizers[1]);
    CHECK_THROWS_WITH(schedulers[0].step(), gone);
    for (std::size_t i = 1; i < 9; ++i) schedulers[i].step();
    CHECK(optimizers[0].options().lr == 1.5);
    CHECK(optimizers[1].options().lr == 1);
    CHECK(optimizers[7].options().lr == 4.5);

    std::vector<Trainer<Small, MSELoss, Adam>> trainers;
    trainers.emplace_back(model, MSELoss{}, Adam{.lr = 1});
    StepLR of_first{trainers[0].optimizer(), {.step_size = 1, .gamma = 0.5}};
    for (int i = 0; i < 9; ++i) trainers.emplace_back(model, MSELoss{}, Adam{});
    of_first.step();
    CHECK(trainers[0].optimizer().options().lr == 0.5);
}

TEST_CASE("A scheduler stays with the optimizer that was copied") {
    Small model;
    Optimizer optimizer{model, Adam{.lr = 1}};
    StepLR scheduler{optimizer, {.step_size = 1, .gamma = 0.5}};
    Optimizer copy = optimizer;
    scheduler.step();
    CHECK(optimizer.options().lr == 0.5);
    CHECK(copy.options().lr == 1);
    LambdaLR of_copy{copy, inverse};  // the initial rate is copied too
    copy.options().lr = 9;
    of_copy.step();
    CHECK(copy.options().lr == 0.5);
    optimizer = copy;
    CHECK_THROWS_WITH(scheduler.step(), gone);
    of_copy.step();
}

TEST_CASE("A scheduler outlives all else, and moves") {
    std::optional<SequentialLR> kept;
    {
        Options<> optimizer;
        StepLR steps{optimizer, {.step_size = 1}};
        std::vector<StepLR> several(3, steps);
        StepLR moved = std::move(steps);
        moved.step();
        CHECK_THROWS_WITH(steps.step(),
                          "strata: this scheduler was moved from; use the one that it was moved to");
        CHECK_THROWS_AS(steps.last_lr(), ValueError);
        SequentialLR sequence{optimizer, {moved, LinearLR{optimizer}}, {3}};
        sequence.step();
        kept = std::move(sequence);
        CHECK_THROWS_AS(sequence.step(), ValueError);
        kept->step();
    }
    CHECK_THROWS_WITH(kept->step(), gone);
}

namespace {

/// Options of one's own, with a momentum that is no double.
struct Own {
    double lr = 0.1;
    float momentum = 0.5F;

    void validate() const {}
    StatesInUse states() const { return {}; }

    struct Rule {};
    template <class T>
    Rule rule(OptimizerClock&) const {
        return {};
    }
};

}  // namespace

TEST_CASE("A scheduler takes any optimizer with a learning rate") {
    Small model;
    Optimizer optimizer{model, Own{}};
    StepLR scheduler{optimizer, {.step_size = 1, .gamma = 0.5}};
    scheduler.step();
    CHECK(optimizer.options().lr == 0.05);
    CHECK_THROWS_WITH((OneCycleLR{optimizer, {.max_lr = 1, .total_steps = 5}}),
                      Catch::Contains("this optimizer has no momentum"));
}

TEST_CASE("A group that is made behind a scheduler is not left out in silence") {
    Small model;
    Optimizer optimizer{model, SGD{.lr = 1}};
    LinearLR scheduler{optimizer, {.start_factor = 0.5}};
    optimizer.group("1.", SGD{.lr = 2});
    CHECK_THROWS_WITH(scheduler.step(),
                      "strata: the optimizer has got another group since this scheduler was made, whose "
                      "learning rate would stay as it is; make the scheduler behind the groups");
    CHECK(optimizer.options().lr == 0.5);
}
