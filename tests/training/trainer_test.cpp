// Labels: robust
// One training step in one call: the five steps by hand, and a model that no bad batch changes.

#include "catch.hpp"
#include "device.hpp"
#include "io/support.hpp"
#include "laws/laws.hpp"

#include <limits>
#include <strata/layers/dropout.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/random/tensors.hpp>
#include <strata/training/evaluator.hpp>
#include <strata/training/trainer.hpp>
#include <strata/xtensor.hpp>
#include <string>
#include <vector>

using namespace strata;
using support::contains;
using support::message_of;
using test::to;

namespace {

using Classifier = Sequential<Linear<12, 16>, ReLU, Dropout, Linear<16, 5>, LogSoftmax>;
using Logits = Sequential<Linear<12, 16>, ReLU, Linear<16, 5>>;
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN(),
                infinity = std::numeric_limits<float>::infinity();

template <class M>
auto bits(const M& model) {
    return test::parameters(model);
}

/// One step, with what it gave, or threw.
template <class Trainer, class X, class Y>
BatchResult step(Trainer&& trainer, const X& x, const Y& y) {
    return trainer.step(to(x), to(y));
}
template <class Evaluator, class X, class Y>
BatchResult measure(Evaluator&& evaluator, const X& x, const Y& y) {
    return evaluator(to(x), to(y));
}

struct Samples {
    xt::xtensor<float, 2> x;
    xt::xtensor<std::int64_t, 1> y;
};
Samples make_samples(Size count) { return {randn(count, 12), randint(0, 5, count)}; }

/// Trains one model with a Trainer and its copy by hand, and compares losses and parameters after each step.
template <class Net, class LossType, class Algorithm, class Y>
void check_by_hand(const LossType& loss, const Algorithm& algorithm, const xt::xtensor<float, 2>& x,
                   const Y& y) {
    manual_seed(2);
    test::Model<Net> model;
    test::Model<Net> by_hand = model;
    Trainer trainer{model, loss, algorithm};
    Optimizer optimizer{by_hand, algorithm};
    for (Size step = 0; step < 6; ++step) {
        const Size count = step == 3 ? 2 : x.shape()[0];  // one batch is smaller
        const auto view_x = xt::view(x, xt::range(0, count));
        const auto view_y = xt::view(y, xt::range(0, count));
        const auto& batch_x = to(view_x);
        const auto& batch_y = to(view_y);
        manual_seed(step);
        const BatchResult result = trainer.step(batch_x, batch_y);
        manual_seed(step);
        const auto prediction = by_hand(batch_x);
        const auto value = loss(prediction, batch_y);
        optimizer.zero_grad();
        by_hand.backward(value);
        optimizer.step();
        REQUIRE(result.loss == value.item());
        REQUIRE(result.samples == count);
        REQUIRE(laws::same_bits(bits(model), bits(by_hand)));
    }
    CHECK(trainer.optimizer().steps() == 6);
}

}  // namespace

TEST_CASE("a step is forward, loss, zero_grad, backward and update, bit for bit") {
    manual_seed(1);
    const Samples batch = make_samples(24);
    const xt::xtensor<float, 2> numbers = randn(24, 5);
    check_by_hand<Logits>(CrossEntropyLoss{}, Adam{.lr = 0.01}, batch.x, batch.y);
    check_by_hand<Logits>(MSELoss{}, SGD{.lr = 0.1, .momentum = 0.9}, batch.x, numbers);
    check_by_hand<Logits>(MSELoss{.reduction = Reduction::sum}, Adam{}, batch.x, numbers);
}

TEST_CASE("with LogSoftmax and NLLLoss in one kernel a step differs in rounding only") {
    manual_seed(1);
    const Samples batch = make_samples(24);
    manual_seed(2);
    test::Model<Classifier> model;
    test::Model<Classifier> by_hand = model;
    Trainer trainer{model, NLLLoss{}, SGD{.lr = 0.1}};
    Optimizer optimizer{by_hand, SGD{.lr = 0.1}};
    const auto& x = to(batch.x);
    const auto& y = to(batch.y);
    for (Size step = 0; step < 6; ++step) {
        manual_seed(step);
        const BatchResult result = trainer.step(x, y);
        manual_seed(step);
        const auto prediction = by_hand(x);
        const auto value = NLLLoss{}(prediction, y);
        optimizer.zero_grad();
        by_hand.backward(value);
        optimizer.step();
        CHECK(result.loss == Approx(value.item()).epsilon(1e-6));
        CHECK(laws::close(bits(model), bits(by_hand), 1e-6));
    }
}

TEST_CASE("a step counts samples and those that are right") {
    test::Model<Linear<2, 2>> model;
    test::assign(model.parameter<"weight">(), {1, 0, 0, 1});
    test::fill(model.parameter<"bias">(), 0);
    const xt::xtensor<float, 2> x = {{3, 1}, {0, 2}, {5, 4}};
    const xt::xtensor<std::int64_t, 1> y = {0, 1, 1};
    const BatchResult classes = measure(Evaluator{model, CrossEntropyLoss{}}, x, y);
    CHECK(classes.samples == 3);
    CHECK(classes.correct == 2);
    CHECK(classes.counts_correct);
    CHECK(step(Trainer{model, CrossEntropyLoss{}, SGD{.lr = 0}}, x, y).correct == 2);
    const BatchResult numbers = step(Trainer{model, MSELoss{}, SGD{.lr = 0}}, x, x);
    CHECK(numbers.loss == 0);
    CHECK(numbers.correct == 0);
    CHECK_FALSE(numbers.counts_correct);
}

TEST_CASE("a bad batch is refused, and the next good one trains as if there had been none") {
    manual_seed(3);
    const Samples good = make_samples(16), next = make_samples(5);
    test::Model<Logits> model;
    test::Model<Logits> spared = model;
    Trainer trainer{model, CrossEntropyLoss{}, Adam{.lr = 0.01}};
    Trainer undisturbed{spared, CrossEntropyLoss{}, Adam{.lr = 0.01}};
    step(trainer, good.x, good.y);
    step(undisturbed, good.x, good.y);
    const auto before = bits(model);

    std::string message;
    SECTION("another shape") {
        const xt::xtensor<float, 2> x = xt::ones<float>({16, 13});
        message = message_of<ShapeError>([&] { step(trainer, x, good.y); });
        CHECK(message == "strata: the input has the shape (16, 13), but the network takes (batch, 12)");
    }
    SECTION("targets of another shape") {
        const xt::xtensor<std::int64_t, 2> y = xt::zeros<std::int64_t>({16, 1});
        message = message_of<ShapeError>([&] { step(trainer, good.x, y); });
        CHECK(contains(message, "the target has the shape (16, 1), but the prediction's takes (batch)"));
    }
    SECTION("fewer targets than samples") {
        message = message_of<ShapeError>([&] { step(trainer, good.x, xt::view(good.y, xt::range(0, 15))); });
        CHECK(message == "strata: the prediction holds 16 samples, but the target holds 15");
    }
    SECTION("more targets than samples") {
        message = message_of<ShapeError>([&] { step(trainer, xt::view(good.x, xt::range(0, 3)), good.y); });
        CHECK(message == "strata: the prediction holds 3 samples, but the target holds 16");
    }
    SECTION("no samples") {
        const xt::xtensor<float, 2> x({0, 12});
        const auto y = xt::xtensor<std::int64_t, 1>::from_shape({0});
        message = message_of<ShapeError>([&] { step(trainer, x, y); });
        CHECK(message == "strata: a batch has at least one sample; this one is empty");
    }
    SECTION("a label out of range") {
        for (const std::int64_t label : {std::int64_t{5}, std::int64_t{-1}, std::int64_t{1} << 62,
                                         std::numeric_limits<std::int64_t>::min()}) {
            auto y = good.y;
            y(11) = label;
            message = message_of<ValueError>([&] { step(trainer, good.x, y); });
            CHECK(contains(message, std::to_string(label)));
            CHECK(laws::same_bits(bits(model), before));
        }
    }
    SECTION("an input that is not a number, or infinite") {
        for (const float bad : {not_a_number, infinity, -infinity}) {
            auto x = good.x;
            x(7, 3) = bad;
            message = message_of<NumericError>([&] { step(trainer, x, good.y); });
            CHECK(contains(message, "strata: the loss is "));
            CHECK(contains(message, "in step 2; parameters are as they were before it"));
            CHECK(laws::same_bits(bits(model), before));
        }
    }
    SECTION("a larger batch that is bad, in an arena that has to grow") {
        xt::xtensor<float, 2> x = xt::ones<float>({100, 12});
        x(99, 11) = not_a_number;
        const xt::xtensor<std::int64_t, 1> y = xt::ones<std::int64_t>({100});
        CHECK_THROWS_AS(step(trainer, x, y), NumericError);
    }
    CHECK(laws::same_bits(bits(model), before));
    CHECK(trainer.optimizer().steps() == 1);

    CHECK(step(trainer, next.x, next.y).loss == step(undisturbed, next.x, next.y).loss);
    CHECK(step(trainer, good.x, good.y).loss == step(undisturbed, good.x, good.y).loss);
    CHECK(laws::same_bits(bits(model), bits(spared)));
}

TEST_CASE("a target that is not a number is refused") {
    manual_seed(4);
    test::Model<Logits> model;
    Trainer trainer{model, MSELoss{}, SGD{.lr = 0.1}};
    const auto before = bits(model);
    const Samples batch = make_samples(4);
    xt::xtensor<float, 2> y = randn(4, 5);
    y(2, 2) = not_a_number;
    CHECK(
        contains(message_of<NumericError>([&] { step(trainer, batch.x, y); }), "the loss is nan in step 1"));
    y(2, 2) = infinity;
    CHECK(contains(message_of<NumericError>([&] { step(trainer, batch.x, y); }),
                   "the loss is infinite in step 1"));
    y(2, 2) = 1e30f;  // finite, its square is not
    CHECK_THROWS_AS(step(trainer, batch.x, y), NumericError);
    CHECK(laws::same_bits(bits(model), before));
}

TEST_CASE("options that are no numbers are refused, at once or in the step") {
    manual_seed(5);
    test::Model<Logits> model;
    const Samples batch = make_samples(8);
    const auto before = bits(model);
    for (const double bad : {double(not_a_number), double(infinity), -double(infinity), -1.0}) {
        CHECK_THROWS_AS((Trainer{model, CrossEntropyLoss{}, SGD{.lr = bad}}), ValueError);
        CHECK_THROWS_AS((Trainer{model, CrossEntropyLoss{}, Adam{.lr = bad}}), ValueError);
        CHECK_THROWS_AS((Trainer{model, CrossEntropyLoss{}, Adam{.betas = {bad, 0.999}}}), ValueError);
        CHECK_THROWS_AS((Trainer{model, CrossEntropyLoss{}, Adam{.weight_decay = bad}}), ValueError);

        Trainer trainer{model, CrossEntropyLoss{}, Adam{.lr = 0.01}};
        trainer.optimizer().options().lr = bad;
        CHECK(contains(message_of<ValueError>([&] { step(trainer, batch.x, batch.y); }), "Adam: lr is "));
        CHECK(laws::same_bits(bits(model), before));
        CHECK(trainer.optimizer().steps() == 0);
    }
}

TEST_CASE("the learning rate may change between steps") {
    manual_seed(6);
    test::Model<Logits> model;
    const Samples batch = make_samples(8);
    Trainer trainer{model, CrossEntropyLoss{}, SGD{.lr = 0.1}};
    trainer.optimizer().options().lr = 0;
    const auto before = bits(model);
    step(trainer, batch.x, batch.y);
    CHECK(laws::same_bits(bits(model), before));
    trainer.optimizer().options().lr = 0.1;
    step(trainer, batch.x, batch.y);
    CHECK_FALSE(laws::same_bits(bits(model), before));
}

TEST_CASE("an Evaluator changes nothing, not even the random numbers") {
    manual_seed(7);
    test::Model<Classifier> model;
    const Samples batch = make_samples(16);
    Trainer trainer{model, NLLLoss{}, Adam{}};
    step(trainer, batch.x, batch.y);
    const auto before = bits(model);

    manual_seed(8);
    Evaluator evaluator{model, NLLLoss{}};
    const BatchResult first = measure(evaluator, batch.x, batch.y);
    CHECK(measure(evaluator, batch.x, batch.y).loss == first.loss);
    const std::uint32_t next = default_generator().random();
    manual_seed(8);
    CHECK(default_generator().random() == next);
    CHECK(model.is_training());
    CHECK(trainer.optimizer().steps() == 1);
    CHECK(laws::same_bits(bits(model), before));

    model.eval();
    CHECK(NLLLoss{}(model(to(batch.x)), to(batch.y)).item() == Approx(first.loss).epsilon(1e-6));
    CHECK_THROWS_AS(measure(evaluator, batch.x, xt::view(batch.y, xt::range(1, 16))), ShapeError);
    auto labels = batch.y;
    labels(3) = 5;
    CHECK_THROWS_AS(measure(evaluator, batch.x, labels), ValueError);
    CHECK_THROWS_AS(
        measure(evaluator, xt::view(batch.x, xt::range(0, 0)), xt::view(batch.y, xt::range(0, 0))),
        ShapeError);
    CHECK(measure(evaluator, batch.x, batch.y).loss == first.loss);
}

TEST_CASE("a step drops whatever mode the model is in, and leaves it there") {
    test::Model<Sequential<Linear<12, 5>, Dropout, LogSoftmax>> model(
        {Linear<12, 5>{}, Dropout{.p = 1}, LogSoftmax{}});
    const Samples batch = make_samples(4);
    model.eval();
    const BatchResult result = step(Trainer{model, NLLLoss{}, SGD{.lr = 0.1}}, batch.x, batch.y);
    CHECK(result.loss == Approx(std::log(5.0)));
    CHECK_FALSE(model.is_training());
}
