// Labels: robust
// Trainers and evaluators that are moved, copied, replaced and destroyed, and the results of their steps.

#include "catch.hpp"
#include "device.hpp"

#include <memory>
#include <optional>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/random/tensors.hpp>
#include <strata/training/evaluator.hpp>
#include <strata/training/trainer.hpp>
#include <type_traits>
#include <utility>
#include <vector>

using namespace strata;

namespace {

using Net = test::Model<Sequential<Linear<6, 5>, ReLU, Linear<5, 3>>>;
using Trains = Trainer<Net, CrossEntropyLoss, Adam>;
using Evaluates = Evaluator<Net, CrossEntropyLoss>;

static_assert(std::is_nothrow_move_constructible_v<Trains>);

const char* const moved_from =
    "strata: this trainer, evaluator, predictor or optimizer was moved from, and has nothing left; use "
    "the one that it was moved to";

struct Samples {
    explicit Samples(Size number) {
        manual_seed(100 + number);
        x = randn(7, 6);
        y = randint(0, 3, 7);
    }
    xt::xtensor<float, 2> x;
    xt::xtensor<std::int64_t, 1> y;
};
BatchResult step(auto& runner, const Samples& batch) {
    if constexpr (requires { runner.optimizer(); })
        return runner.step(test::to(batch.x), test::to(batch.y));
    else
        return runner(test::to(batch.x), test::to(batch.y));
}

}  // namespace

TEST_CASE("a trainer that is moved between steps goes on as if it had stayed") {
    manual_seed(1);
    Net model;
    Net copy = model;
    Trains stays{copy, {}, Adam{.lr = 0.01}};
    const auto make = [&] { return Trains{model, {}, Adam{.lr = 0.01}}; };
    std::vector<Trains> several;
    several.push_back(make());
    std::optional<Trains> maybe;
    std::unique_ptr<Trains> owned;
    for (Size number = 0; number < 9; ++number) {
        const Samples batch(number % 2);
        const BatchResult expected = step(stays, batch);
        BatchResult result;
        if (number < 3) {
            result = step(several[0], batch);
            several.push_back(make());
        } else if (number < 6) {
            if (!maybe) maybe = std::move(several[0]);
            result = step(*maybe, batch);
        } else {
            if (!owned) owned = std::make_unique<Trains>(std::move(*maybe));
            result = step(*owned, batch);
        }
        CHECK(result.loss == expected.loss);
        CHECK(test::parameters(model) == test::parameters(copy));
    }
    CHECK(owned->totals().loss() == stays.totals().loss());
    CHECK(owned->totals().batches == 9);
    CHECK(owned->optimizer().steps() == 9);
}

TEST_CASE("a copy of a trainer goes on by itself") {
    manual_seed(1);
    Net model;
    Trains trainer{model, {}, Adam{.lr = 0.01}};
    for (Size number = 0; number < 4; ++number) step(trainer, Samples(0));
    Trains copy = trainer;
    step(copy, Samples(1));
    CHECK(copy.totals().batches == 5);
    CHECK(trainer.totals().batches == 4);
    trainer = copy;
    CHECK(trainer.totals().batches == 5);
    step(trainer, Samples(0));
    CHECK(trainer.optimizer().steps() == 6);
}

TEST_CASE("a trainer and an evaluator that were moved from refuse") {
    Net model;
    Trains trainer{model};
    Trains other = std::move(trainer);
    const auto before = test::parameters(model);
    CHECK_THROWS_WITH(step(trainer, Samples(0)), moved_from);
    CHECK_THROWS_AS(step(trainer, Samples(0)), ValueError);
    CHECK_THROWS_WITH(trainer.totals(), moved_from);
    CHECK_THROWS_WITH(trainer.clear_totals(), moved_from);
    CHECK_THROWS_AS(trainer.optimizer().step(), ValueError);
    CHECK_THROWS_WITH(other = trainer, moved_from);
    CHECK(test::parameters(model) == before);
    trainer = Trains{model};
    step(trainer, Samples(0));
    step(other, Samples(0));

    Evaluates evaluator{model};
    Evaluates moved = std::move(evaluator);
    CHECK_THROWS_WITH(step(evaluator, Samples(0)), moved_from);
    CHECK_THROWS_WITH(evaluator.totals(), moved_from);
    CHECK_THROWS_WITH(evaluator.clear_totals(), moved_from);
    CHECK(step(moved, Samples(0)).samples == 7);
    evaluator = std::move(moved);
    CHECK(evaluator.totals().batches == 1);
}

TEST_CASE("a trainer takes an optimizer of its model, and of no other") {
    manual_seed(1);
    Net model, other;
    Trains trainer{model};
    trainer.optimizer() = Optimizer{model, Adam{.lr = 0.5}};
    step(trainer, Samples(0));
    CHECK(trainer.optimizer().steps() == 1);
    trainer.optimizer() = Optimizer{other, Adam{.lr = 0.5}};
    const auto before = test::parameters(model), others = test::parameters(other);
    CHECK_THROWS_WITH(
        step(trainer, Samples(0)),
        "strata: the optimizer that was assigned to this trainer's is that of another model; it "
        "would change that one");
    CHECK(test::parameters(model) == before);
    CHECK(test::parameters(other) == others);
}

TEST_CASE("the loss of a temporary trainer is a copy") {
    Net model;
    const CrossEntropyLoss& loss = Trains{model, CrossEntropyLoss{.label_smoothing = 0.5}}.loss();
    CHECK(loss.label_smoothing == 0.5);
    const CrossEntropyLoss& another = Evaluates{model, CrossEntropyLoss{.label_smoothing = 0.5}}.loss();
    CHECK(another.label_smoothing == 0.5);
}

#if defined(STRATA_TEST_CUDA)

TEST_CASE("a result that is asked for behind the end of its trainer says so") {
    const char* const gone = "strata: what gave this result (a trainer or an evaluator) is gone, moved or "
                             "replaced; ask for the result before that";
    Net model;
    const Samples batch(0);
    const auto& x = test::to(batch.x);
    const auto& y = test::to(batch.y);
    const auto check = [&](const auto& result) {
        CHECK_THROWS_WITH(BatchResult(result), gone);
        CHECK_THROWS_AS(result.get(), ValueError);
    };
    auto owned = std::make_unique<Trains>(model);
    const auto of_destroyed = owned->step(x, y);
    CHECK(of_destroyed.get().samples == 7);
    owned.reset();
    check(of_destroyed);

    Trains trainer{model};
    const auto of_replaced = trainer.step(x, y);
    trainer = Trains{model};
    check(of_replaced);
    const auto of_moved = trainer.step(x, y);
    Trains other = std::move(trainer);
    check(of_moved);
    const auto of_other = other.step(x, y);
    CHECK(of_other.get().samples == 7);
    other = Trains(other);
    check(of_other);

    std::optional<Evaluates> evaluator(std::in_place, model);
    const auto measured = (*evaluator)(x, y);
    CHECK(measured.get().samples == 7);
    evaluator.reset();
    check(measured);

    const BatchResult at_once = Trains{model}.step(x, y);
    CHECK(at_once.samples == 7);
}

#endif
