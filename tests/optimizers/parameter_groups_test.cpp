// Labels: robust
// Optimizers that are moved, copied, returned and kept in containers: their options, groups and states go
// along, and what was moved from refuses.

#include "catch.hpp"
#include "device.hpp"

#include <memory>
#include <optional>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/random/tensors.hpp>
#include <type_traits>
#include <utility>
#include <vector>

using namespace strata;

namespace {

using Net = test::Model<Sequential<Linear<6, 5>, ReLU, Linear<5, 3>, LogSoftmax>>;
using Adams = Optimizer<Net, Adam>;

// A vector moves its elements only if that cannot throw; else schedulers would stay with what it destroys.
static_assert(std::is_nothrow_move_constructible_v<Adams>);
static_assert(std::is_nothrow_move_assignable_v<Adams>);

const char* const moved_from =
    "strata: this trainer, evaluator, predictor or optimizer was moved from, and has nothing left; use "
    "the one that it was moved to";

void backward(Net& model, Size step) {
    manual_seed(100 + step);
    const xt::xtensor<float, 2> x = randn(7, 6);
    const xt::xtensor<std::int64_t, 1> y = randint(0, 3, 7);
    model.zero_grad();
    const auto& batch = test::to(x);
    const auto& labels = test::to(y);
    const auto prediction = model(batch);
    model.backward(NLLLoss{}(prediction, labels));
}

Adams make(Net& model) {
    Adams optimizer{model, Adam{.lr = 0.01}};
    optimizer.group("2.", Adam{.lr = 0.1}).weight_decay = 0.1;
    return optimizer;
}

}  // namespace

TEST_CASE("an optimizer that is moved between steps goes on as if it had stayed") {
    manual_seed(1);
    Net model;
    Net copy = model;
    Adams stays = make(copy);
    std::vector<Adams> several;
    several.push_back(make(model));
    std::optional<Adams> maybe;
    std::unique_ptr<Adams> owned;
    for (Size step = 0; step < 8; ++step) {
        backward(copy, step);
        stays.step();
        backward(model, step);
        if (step < 3) {
            several[0].step();
            several.push_back(make(model));
        } else if (step < 5) {
            if (!maybe) maybe = std::move(several[0]);
            maybe->step();
        } else {
            if (!owned) owned = std::make_unique<Adams>(std::move(*maybe));
            owned->step();
        }
        CHECK(test::parameters(model) == test::parameters(copy));
    }
    CHECK(owned->steps() == 8);
    CHECK(owned->options("2.").weight_decay == 0.1);
}

TEST_CASE("an optimizer that is assigned to itself goes on") {
    manual_seed(1);
    Net model;
    Net copy = model;
    Adams optimizer = make(model), stays = make(copy);
    Adams& same = optimizer;
    for (Size step = 0; step < 4; ++step) {
        optimizer = std::move(same);
        backward(model, step);
        optimizer.step();
        backward(copy, step);
        stays.step();
        CHECK(test::parameters(model) == test::parameters(copy));
    }
    CHECK(optimizer.group("0.").lr == 0.01);
}

TEST_CASE("an optimizer that was moved from refuses") {
    Net model;
    Adams optimizer = make(model);
    Adams other = std::move(optimizer);
    backward(model, 0);
    const auto before = test::parameters(model);
    CHECK_THROWS_WITH(optimizer.step(), moved_from);
    CHECK_THROWS_AS(optimizer.step(), ValueError);
    CHECK_THROWS_WITH(optimizer.options(), moved_from);
    CHECK_THROWS_WITH(optimizer.options("2."), moved_from);
    CHECK_THROWS_WITH(optimizer.group("0."), moved_from);
    CHECK_THROWS_WITH(optimizer.group("0.", Adam{}), moved_from);
    CHECK_THROWS_WITH(optimizer.group({"0.bias"}, Adam{.lr = -1}), moved_from);
    CHECK_THROWS_WITH(optimizer.scheduled_groups(), moved_from);
    CHECK_THROWS_WITH(optimizer.steps(), moved_from);
    CHECK_THROWS_WITH(Adams(optimizer), moved_from);
    CHECK_THROWS_WITH(other = optimizer, moved_from);
    CHECK(test::parameters(model) == before);
    other.step();
    CHECK(test::parameters(model) != before);

    optimizer = make(model);  // and may be given another value
    optimizer.step();
    CHECK(optimizer.options("2.").lr == 0.1);
}

TEST_CASE("copies of an optimizer have options, groups and a state of their own") {
    manual_seed(1);
    Net model;
    Adams optimizer = make(model);
    Adams copy = optimizer;
    Adam& head = optimizer.options("2.");
    head.lr = 0.5;
    CHECK(copy.options("2.").lr == 0.1);
    copy.group("0.weight").lr = 7;
    CHECK_THROWS_AS(optimizer.options("0.weight"), ValueError);
    copy = optimizer;
    CHECK(copy.options("2.").lr == 0.5);
    CHECK_THROWS_AS(copy.options("0.weight"), ValueError);
    copy = *&copy;
    CHECK(copy.options("2.").lr == 0.5);

    // whichever of two equal ones steps, the result is the same
    Net other = model;
    backward(model, 0);
    optimizer.step();
    Adams second = optimizer;
    backward(model, 1);
    second.step();
    Adams alone = make(other);
    alone.options("2.").lr = 0.5;
    for (Size step = 0; step < 2; ++step) {
        backward(other, step);
        alone.step();
    }
    CHECK(test::parameters(model) == test::parameters(other));
}

TEST_CASE("options of a temporary are a copy") {
    Net model;
    const Adam& options = make(model).options("2.");
    CHECK(options.lr == 0.1);
    const Adam& others = make(model).options();
    CHECK(others.lr == 0.01);
}
