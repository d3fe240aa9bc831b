// A step that is refused leaves nothing behind: parameters, buffers, the optimizer's state, totals and pending
// gradients are as they were, and training goes on as if it had never been.
// Labels: robust

#include "catch.hpp"
#include "device.hpp"
#include "laws/laws.hpp"

#include <cmath>
#include <limits>
#include <strata/layers/batch_norm1d.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/l1_loss.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/to.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/random/tensors.hpp>
#include <strata/training/trainer.hpp>

using namespace strata;

namespace {

using Normalised = Sequential<BatchNorm1d<4>, Linear<4, 6>, BatchNorm1d<6>, Linear<6, 3>, LogSoftmax>;
using Images = xt::xtensor<float, 2>;
using Labels = xt::xtensor<std::int64_t, 1>;

/// A step, and what it throws on either device.
template <class Trainer, class Y>
std::string refusal_of(Trainer& trainer, const Images& x, const Y& y) {
    try {
        (void)BatchResult(trainer.step(to<test::Device>(x), to<test::Device>(y)));
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a batch that is refused leaves nothing behind") {
    const Images x = randn(8, 4);
    const Labels y = randint(0, 3, 8);
    const auto bad_input = [&](float value) {
        Images bad = x;
        bad(3, 2) = value;
        return bad;
    };
    Labels label_out_of_range = y;
    label_out_of_range(5) = 3;
    const float nan = std::nanf(""), infinity = std::numeric_limits<float>::infinity();

    const auto train = [&](bool record, const auto& between) {
        manual_seed(3);
        test::Model<Normalised> model;
        Trainer trainer{model, NLLLoss{}, Adam{.lr = 0.01}};
        trainer.record(record);
        for (int i = 0; i < 3; ++i) CHECK(refusal_of(trainer, x, y) == "");
        between(trainer);
        for (int i = 0; i < 3; ++i) CHECK(refusal_of(trainer, x, y) == "");
        const Totals totals = trainer.totals();
        CHECK(totals.steps == 6);
        CHECK(totals.samples == 48);
        CHECK(std::isfinite(totals.loss()));
        CHECK(trainer.optimizer().steps() == 6);
        return test::parameters(model);  // and buffers
    };
    const auto nothing = [](auto&) {};
    for (const bool record : {true, false}) {
        const auto expected = train(record, nothing);
        const auto refuse = [&](const Images& images, const Labels& labels, const char* why) {
            const auto actual = train(record, [&](auto& trainer) {
                const auto before = test::parameters(trainer.model());
                for (int i = 0; i < 2; ++i) {
                    const std::string message = refusal_of(trainer, images, labels);
                    INFO(message);
                    CHECK(contains(message, why));
                    CHECK(laws::same_bits(test::parameters(trainer.model()), before));
                }
            });
            CHECK(laws::same_bits(actual, expected));
        };
        refuse(bad_input(nan), y, "the loss is nan in step 4");
        refuse(bad_input(infinity), y, "in step 4");
        refuse(bad_input(-infinity), y, "in step 4");
        refuse(x, label_out_of_range, "found the label 3 at index 5");
    }
}

TEST_CASE("a gradient that is not finite behind a loss that is leaves nothing behind") {
    test::Model<Sequential<Linear<1, 1, no_bias>, BatchNorm1d<1>, Linear<1, 1, no_bias>>> model;
    test::assign(model.parameter<"2.weight">(), {3e38f});
    Trainer trainer{model, L1Loss{.reduction = Reduction::sum}, SGD{.lr = 0.1, .momentum = 0.9}};
    Images x = randn(8, 1), y = xt::zeros<float>({8, 1});
    for (float& value : y) value = 0;
    // The loss is a sum of numbers up to 1e39 in double; in front of the last layer gradients overflow.
    test::assign(model.parameter<"0.weight">(), {1e-30f});
    const auto before = test::parameters(model);
    for (int i = 0; i < 3; ++i) {
        const std::string message = refusal_of(trainer, x, y);
        INFO(message);
        CHECK(contains(message, "a gradient is not finite in step 1, though the loss is"));
        CHECK(laws::same_bits(test::parameters(model), before));
    }
    CHECK(trainer.totals().steps == 0);
    CHECK(trainer.totals().samples == 0);
}

TEST_CASE("where a gradient that is not finite lies, it is found") {
    test::Device device;
    for (const Size size : {1, 2, 15, 16, 17, 31, 32, 33, 64, 100}) {
        for (Size at = 0; at < size; ++at) {
            for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL, -std::nan("")}) {
                test::Memory<float> singles(size, std::numeric_limits<float>::max());
                test::Memory<double> doubles(size, -std::numeric_limits<double>::max());
                test::Memory<LossReport> reports(2);
                device.check_finite(singles.device(), size, reports.device());
                device.check_finite(doubles.device(), size, reports.device() + 1);
                reports.download();
                REQUIRE(reports[0].refused == 0);
                REQUIRE(reports[1].refused == 0);
                singles[at] = static_cast<float>(bad);
                doubles[at] = bad;
                singles.upload();
                doubles.upload();
                device.check_finite(singles.device(), size, reports.device());
                device.check_finite(doubles.device(), size, reports.device() + 1);
                reports.download();
                REQUIRE(reports[0].refused == LossReport::gradient_not_finite);
                REQUIRE(reports[1].refused == LossReport::gradient_not_finite);
            }
        }
    }
}

TEST_CASE("a refused step and gradients of one's own") {
    test::Model<Normalised> model;
    const Images x = randn(8, 4);
    const Labels y = randint(0, 3, 8);
    Images bad = x;
    bad(0, 0) = std::nanf("");
    const auto& device_x = to<test::Device>(x);
    const auto& device_y = to<test::Device>(y);
    model.backward(NLLLoss{}(model(device_x), device_y));
    const auto gradients = test::gradients(model);
    Trainer trainer{model, NLLLoss{}, SGD{.lr = 0.1}};
    CHECK(contains(refusal_of(trainer, bad, y), "the loss is nan"));
    if (std::is_same_v<test::Device, Cpu>) {  // Cuda is past them when it finds out
        CHECK(model.has_gradients());
        CHECK(test::gradients(model) == gradients);
    }
}

#if defined(STRATA_TEST_CUDA)
TEST_CASE("a step that half precision leaves out leaves no buffer behind") {
    test::Model<Normalised> model;
    const Images x = randn(8, 4);
    const Labels y = randint(0, 3, 8);
    Images bad = x;
    bad(0, 0) = std::nanf("");
    Trainer trainer{model, NLLLoss{}, SGD{.lr = 0.1}};
    trainer.precision(Precision::float16);
    CHECK(refusal_of(trainer, x, y) == "");
    const auto before = test::parameters(model);
    CHECK(refusal_of(trainer, bad, y) == "");
    (void)trainer.totals();
    CHECK(laws::same_bits(test::parameters(model), before));
}
#endif
