// The work of a Trainer and `fit` on gradients before the update: PyTorch's losses with clipped gradients and with
// those of several batches, recorded or not; groups that are not full, are dropped or refused; refused steps; options.
// Labels: robust

#include "laws/laws.hpp"
#include "optimizers/clip_grad_check.hpp"

#include <limits>
#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>
#include <strata/layers/batch_norm1d.hpp>
#include <strata/losses/l1_loss.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/random/tensors.hpp>
#include <strata/training/fit.hpp>
#include <string>
#include <utility>

using namespace clip_grad_check;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr SGD sgd{.lr = 0.5, .momentum = 0.9};

using TestTrainer = Trainer<test::Model<Net>, NLLLoss, SGD>;
using Points = TensorDataset<Shape<5>, ClassIndex>;

Points points() { return {inputs(), labels()}; }

template <class Trainer, class X, class Y>
BatchResult step(Trainer& trainer, const X& x, const Y& y) {
    return trainer.step(to<test::Device>(x), to<test::Device>(y));
}
template <class Trainer>
void step_on(Trainer& trainer, Size begin, Size end) {
    step(trainer, inputs(begin, end), labels(begin, end));
}
template <class Error, class Call>
std::string message_of(const Call& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing was thrown";
}
bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/// The losses behind the steps of `train`, recorded and not, against PyTorch's.
template <std::size_t N, class Train>
void check_losses(const double (&expected)[N], const Train& train) {
    std::vector<float> bits;
    for (const bool recorded : {true, false}) {
        INFO((recorded ? "recorded" : "not recorded"));
        auto model = seeded();
        Trainer trainer{model, NLLLoss{}, sgd};
        trainer.record(recorded);
        for (const double wanted : expected) {
            train(trainer);
            CHECK(loss(model) == Approx(wanted).epsilon(1e-6));
        }
        if (recorded) bits = test::parameters(model);
        CHECK(laws::same_bits(test::parameters(model), bits));
    }
}

}  // namespace

TEST_CASE("a Trainer clips as PyTorch does") {
    check_losses(numbers::losses_norm, [](TestTrainer& trainer) {
        if (trainer.clip_grad_norm() == infinity) trainer.clip_grad_norm(0.1);
        step_on(trainer, 0, 8);
        CHECK(trainer.grad_norm() > 0.1);
    });
    check_losses(numbers::losses_value, [](TestTrainer& trainer) {
        trainer.clip_grad_value(0.02);  // in each step: nothing is repeated
        step_on(trainer, 0, 8);
    });
    check_losses(numbers::losses_both, [](TestTrainer& trainer) {
        if (trainer.clip_grad_norm() == infinity) trainer.clip_grad_norm(0.1);
        if (trainer.clip_grad_value() == infinity) trainer.clip_grad_value(0.05);
        step_on(trainer, 0, 8);
    });
}

TEST_CASE("the norm is that of before, of the type that is asked for") {
    auto model = seeded();
    Trainer trainer{model, NLLLoss{}, SGD{.lr = 0}};
    CHECK(trainer.grad_norm() == 0);
    trainer.clip_grad_norm(0.1);
    step_on(trainer, 0, 8);
    CHECK(trainer.grad_norm() == Approx(numbers::norm_2_total).epsilon(2e-6));
    check_gradients(model, numbers::norm_2);
    trainer.clip_grad_norm(0.05, infinity);
    step_on(trainer, 0, 8);
    CHECK(trainer.grad_norm() == Approx(numbers::norm_inf_total).epsilon(2e-6));
    check_gradients(model, numbers::norm_inf);
    trainer.clip_grad_norm(infinity);
    step_on(trainer, 0, 8);
    check_gradients(model, numbers::norm_above);
    trainer.clip_grad_value(0.05);
    step_on(trainer, 0, 8);
    check_gradients(model, numbers::value);
}

TEST_CASE("several batches make one step, PyTorch's") {
    check_losses(numbers::losses_of_two, [](TestTrainer& trainer) {
        if (trainer.accumulate_grad_batches() == 1) {
            trainer.accumulate_grad_batches(2);
            trainer.clip_grad_norm(0.1);
        }
        const auto before = test::parameters(trainer.model());
        step_on(trainer, 0, 4);
        CHECK(laws::same_bits(test::parameters(trainer.model()), before));
        step_on(trainer, 4, 8);
        CHECK_FALSE(laws::same_bits(test::parameters(trainer.model()), before));
        trainer.update();  // there is nothing left
        trainer.update();
    });
    check_losses(numbers::losses_of_epochs, [](TestTrainer& trainer) {
        if (trainer.accumulate_grad_batches() == 1) trainer.accumulate_grad_batches(2);
        step_on(trainer, 0, 3);
        step_on(trainer, 3, 6);
        step_on(trainer, 6, 8);
        trainer.update();
    });
}

TEST_CASE("steps are counted when there is an update") {
    auto model = seeded();
    Trainer trainer{model, NLLLoss{}, sgd};
    trainer.update();  // before there is any gradient
    trainer.accumulate_grad_batches(3);
    trainer.update();
    for (int i = 0; i < 7; ++i) step_on(trainer, 0, 8);
    CHECK(trainer.optimizer().steps() == 2);
    CHECK(trainer.totals().batches == 7);
    trainer.update();
    CHECK(trainer.optimizer().steps() == 3);
    trainer.update();
    CHECK(trainer.optimizer().steps() == 3);
    step_on(trainer, 0, 8);
    trainer.accumulate_grad_batches(1);  // what is left over is not lost
    CHECK(trainer.optimizer().steps() == 4);
    step_on(trainer, 0, 8);
    CHECK(trainer.optimizer().steps() == 5);
}

TEST_CASE("a loss that is a sum adds up to that of one batch, too") {
    const auto train = [](Size group) {
        auto model = seeded();
        Trainer trainer{model, NLLLoss{.reduction = Reduction::sum}, SGD{.lr = 0.01}};
        trainer.accumulate_grad_batches(static_cast<int>(group));
        for (int i = 0; i < 3; ++i)
            for (Size begin = 0; begin < 8; begin += 8 / group) step_on(trainer, begin, begin + 8 / group);
        return loss(model);
    };
    const double whole = train(1);
    CHECK(train(2) == Approx(whole).epsilon(1e-6));
    CHECK(train(4) == Approx(whole).epsilon(1e-6));
    CHECK(train(8) == Approx(whole).epsilon(1e-6));
}

TEST_CASE("a refused batch leaves the others' gradients as they were") {
    using Normalised = Sequential<BatchNorm1d<5>, Linear<5, 6>, ReLU, Linear<6, 3>, LogSoftmax>;
    manual_seed(3);
    const xt::xtensor<float, 2> x = randn(8, 5);
    const xt::xtensor<std::int64_t, 1> y = randint(0, 3, 8);
    xt::xtensor<float, 2> bad = x;
    bad(3, 2) = std::nanf("");
    xt::xtensor<std::int64_t, 1> wrong = y;
    wrong(5) = 3;
    const auto train = [&](bool recorded, int refused_at) {
        manual_seed(4);
        test::Model<Normalised> model;
        Trainer trainer{model, NLLLoss{}, Adam{.lr = 0.01}};
        trainer.record(recorded);
        trainer.accumulate_grad_batches(3);
        trainer.clip_grad_norm(0.5);
        for (int i = 0; i < 8; ++i) {
            if (i == refused_at) {
                const auto before = test::parameters(model);  // and buffers
                CHECK(contains(message_of<NumericError>([&] { step(trainer, bad, y); }), "the loss is nan"));
                CHECK(
                    contains(message_of<ValueError>([&] { step(trainer, x, wrong); }), "found the label 3"));
                CHECK(laws::same_bits(test::parameters(model), before));
            }
            step(trainer, x, y);
        }
        CHECK(trainer.optimizer().steps() == 2);
        trainer.update();
        CHECK(trainer.optimizer().steps() == 3);
        return test::parameters(model);
    };
    for (const bool recorded : {true, false}) {
        const auto expected = train(recorded, -1);
        for (int at = 0; at < 8; ++at) CHECK(laws::same_bits(train(recorded, at), expected));
    }
}

TEST_CASE("a gradient that is not finite leaves the others' as they were") {
    test::Model<Sequential<Linear<1, 1, no_bias>>> model;
    test::assign(model.parameter<"0.weight">(), {0});
    Trainer trainer{model, MSELoss{}, SGD{.lr = 1}};
    trainer.accumulate_grad_batches(2);
    const auto one = [](float value) { return xt::xtensor<float, 2>(xt::ones<float>({1, 1}) * value); };
    step(trainer, one(1), one(1));  // -2
    CHECK(contains(message_of<NumericError>([&] { step(trainer, one(3e38f), one(9)); }),
                   "a gradient is not finite in step 2"));
    trainer.clip_grad_norm(100);
    CHECK_THROWS_AS(step(trainer, one(3e38f), one(9)), NumericError);
    step(trainer, one(1), one(3));  // -6
    CHECK(test::host(model.parameter<"0.weight">())(0, 0) == 4.0f);
}

TEST_CASE("gradients that are clipped while they are not finite leave no trace") {
    const auto train = [](bool recorded, bool refused) {
        auto model = seeded();
        model.freeze("0.bias");
        Trainer trainer{model, NLLLoss{.reduction = Reduction::sum}, sgd};
        trainer.record(recorded);
        trainer.clip_grad_norm(0.1);
        for (int i = 0; i < 4; ++i) {
            if (refused) {
                const xt::xtensor<float, 2> x = inputs() * 3e38f;
                CHECK_THROWS_AS(step(trainer, x, labels()), NumericError);
            }
            step_on(trainer, 0, 8);
        }
        model.unfreeze("0.bias");
        step_on(trainer, 0, 8);
        return test::parameters(model);
    };
    for (const bool recorded : {true, false})
        CHECK(laws::same_bits(train(recorded, true), train(recorded, false)));
}

#if defined(STRATA_TEST_CUDA)
TEST_CASE("a batch that half precision leaves out does not count in its group") {
    const auto train = [](bool recorded, bool disturbed) {
        auto model = seeded();
        Trainer trainer{model, NLLLoss{}, SGD{.lr = 0.1}};
        trainer.record(recorded);
        trainer.precision(Precision::float16);
        trainer.accumulate_grad_batches(3);
        trainer.clip_grad_norm(0.1);
        xt::xtensor<float, 2> bad = inputs();
        bad(3, 2) = std::nanf("");
        for (int i = 0; i < 7; ++i) {
            if (disturbed) {
                const auto before = test::parameters(model);
                const auto steps = trainer.optimizer().steps();
                trainer.step(to<test::Device>(bad), to<test::Device>(labels()));
                CHECK(trainer.optimizer().steps() == steps);
                CHECK(laws::same_bits(test::parameters(model), before));
            }
            trainer.step(to<test::Device>(inputs()), to<test::Device>(labels()));
            CHECK(trainer.optimizer().steps() == (i + 1) / 3);
        }
        trainer.update();
        CHECK(trainer.optimizer().steps() == 3);
        trainer.update();
        CHECK(trainer.optimizer().steps() == 3);
        return test::parameters(model);
    };
    for (const bool recorded : {true, false}) {
        const auto plain = train(recorded, false), disturbed = train(recorded, true);
        for (Size i = 0; i < plain.size(); ++i)  // the scales differ, and with them what 16 bits round
            CHECK(std::fabs(plain[i] - disturbed[i]) <= 1e-4f);
    }
}
#endif

TEST_CASE("a copy of a trainer has its own gradients") {
    auto model = seeded();
    Trainer trainer{model, NLLLoss{}, sgd};
    trainer.accumulate_grad_batches(2);
    step_on(trainer, 0, 4);
    auto copy = trainer;
    const auto start = test::parameters(model);
    step_on(trainer, 4, 8);
    const auto after = test::parameters(model);
    model.copy_parameters_from(start.data());
    step_on(copy, 4, 8);
    CHECK(laws::same_bits(test::parameters(model), after));
    CHECK(copy.optimizer().steps() == 1);
}

TEST_CASE("a number of batches that is refused leaves the group as it was") {
    auto model = seeded();
    Trainer trainer{model, NLLLoss{}, sgd};
    trainer.accumulate_grad_batches(2);
    step_on(trainer, 0, 4);
    const auto before = test::parameters(model);
    CHECK_THROWS_AS(trainer.accumulate_grad_batches(0), ValueError);
    CHECK(laws::same_bits(test::parameters(model), before));
    CHECK(trainer.accumulate_grad_batches() == 2);
    step_on(trainer, 4, 8);
    CHECK(trainer.optimizer().steps() == 1);
}

TEST_CASE("a group is dropped when another model is assigned to its") {
    const auto train = [](bool recorded, bool disturbed) {
        auto model = seeded();
        manual_seed(9);
        const test::Model<Net> other;
        Trainer trainer{model, NLLLoss{}, sgd};
        trainer.record(recorded);
        trainer.accumulate_grad_batches(2);
        if (disturbed) step_on(trainer, 0, 3);
        model = other;
        trainer.update();
        CHECK(trainer.optimizer().steps() == 0);
        if (disturbed) step_on(trainer, 3, 6);
        model = other;
        for (int i = 0; i < 2; ++i) {
            step_on(trainer, 0, 4);
            step_on(trainer, 4, 8);
        }
        CHECK(trainer.optimizer().steps() == 2);
        return test::parameters(model);
    };
    for (const bool recorded : {true, false})
        CHECK(laws::same_bits(train(recorded, true), train(recorded, false)));
}

TEST_CASE("a parameter that is frozen in the middle of a group has no gradient") {
    const auto is_zero = [](auto& model) {
        for (const float number : test::host(model.template gradient<"0.weight">()))
            if (number != 0) return false;
        return true;
    };
    for (const bool recorded : {true, false}) {
        auto model = seeded();
        Trainer trainer{model, NLLLoss{}, SGD{.lr = 0}};
        trainer.record(recorded);
        trainer.accumulate_grad_batches(2);
        trainer.clip_grad_norm(1e6);
        step_on(trainer, 0, 8);
        model.freeze("0.");
        step_on(trainer, 0, 8);
        CHECK(is_zero(model));
        const double norm = trainer.grad_norm();
        step_on(trainer, 0, 8);
        step_on(trainer, 0, 8);
        CHECK(norm == trainer.grad_norm());
        step_on(trainer, 0, 8);
        model.unfreeze("0.");
        step_on(trainer, 0, 8);
        CHECK_FALSE(is_zero(model));
        CHECK(trainer.grad_norm() > norm);
    }
}

TEST_CASE(
    "a parameter that is frozen in a group loses its part, whatever happens before it is learnt again") {
    std::vector<std::vector<float>> results;
    for (const int between : {0, 1, 2}) {
        auto model = seeded();
        Trainer trainer{model, NLLLoss{}, SGD{.lr = 0.5}};
        trainer.accumulate_grad_batches(2);
        step_on(trainer, 0, 4);
        model.freeze("0.bias");
        if (between == 1) {
            auto x = inputs(4, 8);
            x(0, 0) = std::numeric_limits<float>::quiet_NaN();
            CHECK_THROWS([&] {
                step(trainer, x, labels(4, 8));
                (void)trainer.totals();
            }());
        }
        if (between == 2) {
            model.unfreeze("0.bias");
            model.freeze("0.bias");
        }
        model.unfreeze("0.bias");
        step_on(trainer, 4, 8);
        results.push_back(test::parameters(model));
    }
    CHECK(results[1] == results[0]);
    CHECK(results[2] == results[0]);
}

TEST_CASE("where everything is frozen there is no step to be counted") {
    auto model = seeded();
    Trainer trainer{model, NLLLoss{}, Adam{.lr = 0.1}};
    trainer.accumulate_grad_batches(2);
    step_on(trainer, 0, 8);
    model.freeze("");
    const auto before = test::parameters(model);
    trainer.update();
    CHECK(trainer.optimizer().steps() == 0);
    CHECK(laws::same_bits(test::parameters(model), before));
    model.unfreeze("");
    step_on(trainer, 0, 8);
    trainer.update();
    CHECK(trainer.optimizer().steps() == 1);
}

TEST_CASE("a mean of finite gradients is finite, and a sum that is not is refused") {
    const auto one = [](float value) { return xt::xtensor<float, 2>(xt::ones<float>({1, 1}) * value); };
    for (const bool recorded : {true, false}) {
        test::Model<Sequential<Linear<1, 1, no_bias>>> model;
        const auto weight = [&] { return test::host(model.parameter<"0.weight">())(0, 0); };
        test::assign(model.parameter<"0.weight">(), {1});
        Trainer means{model, L1Loss{}, SGD{.lr = 1}};
        means.record(recorded);
        means.accumulate_grad_batches(2);
        step(means, one(2e38f), one(0));
        step(means, one(2e38f), one(0));
        CHECK(weight() == -2e38f);

        test::assign(model.parameter<"0.weight">(), {1});
        Trainer sums{model, L1Loss{.reduction = Reduction::sum}, SGD{.lr = 1}};
        sums.record(recorded);
        sums.accumulate_grad_batches(2);
        step(sums, one(2e38f), one(0));
        CHECK(contains(message_of<NumericError>([&] { step(sums, one(2e38f), one(0)); }),
                       "a gradient is not finite in step 2"));
        CHECK(weight() == 1);
        CHECK(sums.optimizer().steps() == 0);
        CHECK(sums.totals().batches == 1);
        step(sums, one(1), one(0));  // the first one's is still there
        CHECK(weight() == -2e38f);
    }
}

TEST_CASE("a group's update is refused where a step would be") {
    auto model = seeded(), other = seeded();
    Trainer trainer{model, NLLLoss{}, sgd}, others{other, NLLLoss{}, sgd};
    trainer.accumulate_grad_batches(2);
    step_on(trainer, 0, 4);
    auto mine = trainer.optimizer();
    trainer.optimizer() = others.optimizer();
    const auto before = test::parameters(other);
    const char* const of_another =
        "strata: the optimizer that was assigned to this trainer's is that of another model; it would change "
        "that one";
    CHECK_THROWS_WITH(trainer.update(), of_another);
    CHECK_THROWS_WITH(trainer.accumulate_grad_batches(3), of_another);
    CHECK(laws::same_bits(test::parameters(other), before));
    trainer.optimizer() = std::move(mine);
    trainer.update();
    CHECK(trainer.optimizer().steps() == 1);
    auto moved = std::move(trainer);
    CHECK(contains(message_of<ValueError>([&] { trainer.update(); }), "was moved from"));
    CHECK(contains(message_of<ValueError>([&] { trainer.accumulate_grad_batches(1); }), "was moved from"));
    const auto away = std::move(model);
    CHECK(contains(message_of<ValueError>([&] { moved.update(); }), "is gone or has been moved"));
    CHECK(contains(message_of<ValueError>([&] { moved.accumulate_grad_batches(1); }),
                   "is gone or has been moved"));
}

TEST_CASE("a trainer that is assigned to itself goes on") {
    const auto train = [](bool assigned) {
        auto model = seeded();
        Trainer trainer{model, NLLLoss{}, sgd};
        trainer.accumulate_grad_batches(2);
        auto& same = trainer;
        for (int i = 0; i < 4; ++i) {
            step_on(trainer, 0, 4);
            if (assigned) trainer = std::move(same);
        }
        CHECK(trainer.optimizer().steps() == 2);
        return test::parameters(model);
    };
    CHECK(laws::same_bits(train(true), train(false)));
}

TEST_CASE("fit clips and accumulates, and ends an epoch with an update") {
    DataLoader loader{points(), {.batch_size = 3}};
    {
        auto model = seeded();
        Trainer trainer{model, NLLLoss{}, sgd};
        trainer.accumulate_grad_batches(2);
        Size epoch = 0;
        fit(trainer, loader,
            {.epochs = 3, .output = nullptr, .after_epoch = [&](const Epoch&) {
                 CHECK(loss(model) == Approx(numbers::losses_of_epochs[epoch++]).epsilon(1e-6));
             }});
        CHECK(epoch == 3);
        CHECK(trainer.optimizer().steps() == 6);
    }
    for (const Size epochs : {Size(1), Size(2), Size(3)}) {
        auto model = seeded();
        fit(model, loader, NLLLoss{}, sgd,
            {.epochs = int(epochs), .output = nullptr, .accumulate_grad_batches = 2});
        CHECK(loss(model) == Approx(numbers::losses_of_epochs[epochs - 1]).epsilon(1e-6));

        model = seeded();  // options with a type
        FitOptions<decltype(loader)> options{.epochs = int(epochs), .output = nullptr};
        options.accumulate_grad_batches = 2;
        fit(model, loader, NLLLoss{}, sgd, options);
        CHECK(loss(model) == Approx(numbers::losses_of_epochs[epochs - 1]).epsilon(1e-6));
    }
    DataLoader whole{points(), {.batch_size = 8}};
    for (const Size steps : {Size(1), Size(6)}) {
        auto model = seeded();
        fit(model, whole, NLLLoss{}, sgd, {.epochs = int(steps), .output = nullptr, .clip_grad_norm = 0.1});
        CHECK(loss(model) == Approx(numbers::losses_norm[steps - 1]).epsilon(1e-6));
        model = seeded();
        fit(model, whole, NLLLoss{}, sgd,
            {.epochs = int(steps), .output = nullptr, .clip_grad_norm = 0.1, .clip_grad_value = 0.05f});
        CHECK(loss(model) == Approx(numbers::losses_both[steps - 1]).epsilon(1e-6));
    }
}

TEST_CASE("values out of range are refused") {
    auto model = seeded();
    Trainer trainer{model, NLLLoss{}, sgd};
    CHECK_THROWS_WITH(trainer.clip_grad_norm(0),
                      "strata: Trainer: clip_grad_norm is 0, but must be above 0 (infinity: none)");
    CHECK_THROWS_AS(trainer.clip_grad_norm(std::nan("")), ValueError);
    CHECK_THROWS_WITH(trainer.clip_grad_norm(1, 1),
                      "strata: Trainer: norm_type is 1, but must be 2 or infinity");
    CHECK_THROWS_WITH(trainer.clip_grad_value(-1),
                      "strata: Trainer: clip_grad_value is -1, but must be above 0 (infinity: none)");
    CHECK_THROWS_WITH(
        trainer.accumulate_grad_batches(0),
        "strata: Trainer: accumulate_grad_batches is 0, but must be a whole number in [1, 1e9]");
    CHECK_THROWS_WITH(
        trainer.accumulate_grad_batches(2000000000),
        "strata: Trainer: accumulate_grad_batches is 2000000000, but must be a whole number in [1, 1e9]");
    DataLoader loader{points(), {.batch_size = 8}};
    CHECK_THROWS_WITH(fit(model, loader, NLLLoss{}, sgd, {.output = nullptr, .clip_grad_norm = -2}),
                      "strata: Trainer: clip_grad_norm is -2, but must be above 0 (infinity: none)");
    CHECK_THROWS_WITH(fit(trainer, loader, {.output = nullptr, .clip_grad_norm = 2}),
                      "strata: fit: this trainer has another clip_grad_norm than the options; write "
                      "trainer.clip_grad_norm(...)");
    CHECK_THROWS_AS(fit(trainer, loader, {.output = nullptr, .accumulate_grad_batches = 2}), ValueError);
    CHECK_THROWS_AS(fit(model, loader, NLLLoss{}, sgd, {.output = nullptr, .accumulate_grad_batches = 2.5}),
                    ValueError);
    trainer.clip_grad_norm(2);
    CHECK_NOTHROW(fit(trainer, loader, {.output = nullptr, .clip_grad_norm = 2}));
}
