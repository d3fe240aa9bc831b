// The check of gradients: what is right passes, and what is wrong is found, with its name.

#include "catch.hpp"
#include "device.hpp"

#include <sstream>
#include <strata/layers/dropout.hpp>
#include <strata/layers/embedding.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/lstm.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/select.hpp>
#include <strata/layers/tanh.hpp>
#include <strata/losses/bce_loss.hpp>
#include <strata/losses/bce_with_logits_loss.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/losses/huber_loss.hpp>
#include <strata/losses/kl_div_loss.hpp>
#include <strata/losses/l1_loss.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/losses/smooth_l1_loss.hpp>
#include <strata/models/module.hpp>
#include <strata/models/parallel.hpp>
#include <strata/models/sequential.hpp>
#include <strata/tools/check_gradients.hpp>

using namespace strata;

namespace check_gradients_test {

using test::Device;
inline constexpr auto npos = std::string::npos;

template <class... Shapes, class L>
GradientCheck check(const L& layer, const GradientCheckOptions& options = {}) {
    return check_gradients<Device, Shapes...>(layer, options);
}

struct Gated : Module<Named<"gate", Linear<4>>, Named<"out", Linear<3>>, Parameter<"scale", Shape<1>>> {
    static constexpr auto forward(auto self, auto x, auto z) {
        return Outputs{self["out"](x * self["gate"](x) + z), self["scale"] * self["gate"](z)};
    }
};

// Linear, wrong in one way each.

struct Half {
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& x) const {
        return x * V(0.5);
    }
};
struct HalfInput : Linear<4, 3> {
    static void backward_input(auto& device, auto x, auto y, auto dy, auto dx, auto... own) {
        Linear<4, 3>::backward_input(device, x, y, dy, dx, own...);
        device.map(Half{}, dx, dx);
    }
};
struct NoInput : Linear<4, 3> {
    static void backward_input(auto&, auto, auto, auto, auto, auto...) {}
};
struct HalfBias : Linear<4, 3> {
    static void backward_parameters(auto& device, auto x, auto y, auto dy, auto dweight, auto dbias) {
        Linear<4, 3>::backward_parameters(device, x, y, dy, dweight, dbias);
        device.map(Half{}, BatchView<double, Device, Shape<3>>{dbias.data, 1},
                   BatchView<double, Device, Shape<3>>{dbias.data, 1});
    }
};
struct BiasDoesNotAdd : Linear<4, 3> {
    static void backward_parameters(auto& device, auto x, auto y, auto dy, auto dweight, auto dbias) {
        dbias.accumulate = false;
        Linear<4, 3>::backward_parameters(device, x, y, dy, dweight, dbias);
    }
};

struct Sum {
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& a, const V& b) const {
        return a + b;
    }
};
struct AddsToInput : Linear<4, 4> {
    static void backward_input(auto& device, auto, auto, auto dy, auto dx, auto...) {
        device.map(Sum{}, dx, dx, dy);
    }
};
/// y = x, in a way that does not work in place.
struct NotInPlace {
    static constexpr LayerTraits traits = {.in_place = true};
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
    static void forward(auto& device, auto x, auto y) {
        device.fill(y.data, y.size(), 0.0);
        device.map(Sum{}, y, y, x);
    }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx) {
        if (dx.data != dy.data) device.copy(dy.data, dx.data, dy.size());
    }
};

struct Double {
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& x) const {
        return x + x;
    }
};
/// y = 2 x, with half its gradient.
struct TwiceInPlace {
    static constexpr LayerTraits traits = {.in_place = true};
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
    static void forward(auto& device, auto x, auto y) { device.map(Double{}, y, x); }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx) {
        device.copy(dy.data, dx.data, dy.size());
    }
};

struct AddNumber {
    double number;
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& x) const {
        return x + V(number);
    }
};
inline int calls = 0;
/// y = x + something that nobody can know beforehand.
struct Whimsical {
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
    static void forward(auto& device, auto x, auto y) { device.map(AddNumber{++calls * 0.25}, y, x); }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx) {
        device.copy(static_cast<const double*>(dy.data), dx.data, dy.size());
    }
};

/// The mean of (x - y)^2, with half its gradient.
struct HalfLoss : MSELoss {
    void evaluate(auto& device, auto prediction, auto target, auto gradient, LossReport* report) const {
        MSELoss::evaluate(device, prediction, target, gradient, report);
        if (gradient.data != nullptr) device.map(Half{}, gradient, gradient);
    }
};

}  // namespace check_gradients_test

using namespace check_gradients_test;

TEST_CASE("Right gradients pass") {
    const GradientCheck linear = check<Shape<4>>(Linear<3>{});
    INFO(linear);
    CHECK(linear);
    REQUIRE(linear.tensors.size() == 3);
    CHECK(linear.tensors[0].name == "input");
    CHECK(linear.tensors[0].extents == std::vector<Size>{3, 4});
    CHECK(linear.tensors[0].compared == 12);
    CHECK(linear.tensors[1].name == "weight");
    CHECK(linear.tensors[1].extents == std::vector<Size>{3, 4});
    CHECK(linear.tensors[2].name == "bias");
    CHECK(linear.worst().error < 1e-8);
    CHECK(linear.text().find("the gradients agree") == 0);
    CHECK(linear.text() == check<Shape<4>>(Linear<3>{}).text());  // the same numbers every time

    CHECK(check(Sequential<Input<2, 3>, Linear<5>, Tanh, Flatten, Linear<2>>{}));
    CHECK(check<Shape<6>>(Sequential{Dropout{.p = 0.4}, ReLU{}, Linear<3>{}, LogSoftmax{}}));
    CHECK(check<Shape<3>, Shape<3>>(Add{}));
}

TEST_CASE("Modules, several inputs and outputs, inputs of whole numbers") {
    const GradientCheck gated = check<Shape<4>, Shape<4>>(Gated{});
    INFO(gated);
    CHECK(gated);
    REQUIRE(gated.tensors.size() == 7);
    CHECK(gated.tensors[1].name == "input 1");
    CHECK(gated.tensors[2].name == "gate.weight");
    CHECK(gated.tensors[6].name == "scale");

    const GradientCheck words = check<Shape<5>>(Sequential<Embedding<7, 3>, LSTM<4>, Select<1, -1>>{});
    INFO(words);
    CHECK(words);
    CHECK(words.tensors[0].name == "0.weight");
    CHECK(words.tensors.size() == 5);
    CHECK(check<Shape<4>>(Parallel<ReLU, Linear<2>>{}));
}

TEST_CASE("Wrong gradients are found by name") {
    const GradientCheck input = check(HalfInput{});
    CHECK_FALSE(input.ok());
    CHECK_FALSE(static_cast<bool>(input));
    CHECK(input.worst().name == "input");
    CHECK(input.worst().error == Approx(0.5));
    CHECK(input.worst().backward == Approx(input.worst().difference / 2));
    CHECK(input.text().find("the gradients differ: that of input" + input.worst().index()) == 0);
    CHECK(input.tensors[1].error < 1e-8);

    const GradientCheck bias = check(HalfBias{});
    CHECK_FALSE(bias);
    CHECK(bias.worst().name == "bias");
    // A wrong layer in the middle of a network.
    const GradientCheck network = check(Sequential<Linear<5, 4>, Tanh, HalfBias, Linear<3, 2>>{});
    CHECK_FALSE(network);
    CHECK(network.worst().name == "2.bias");

    const GradientCheck unwritten = check(NoInput{});
    CHECK_FALSE(unwritten);
    CHECK(unwritten.worst().name == "input");

    const GradientCheck not_in_place = check<Shape<4>>(NotInPlace{});
    CHECK_FALSE(not_in_place);
    CHECK(not_in_place.worst().difference == 0);
    CHECK(not_in_place.text().find("with .in_place = false in the layer's traits they agree") != npos);
    CHECK(check(HalfInput{}).remedy.empty());
    // What is wrong in place and elsewhere is not the trait's fault.
    const GradientCheck twice = check<Shape<4>>(TwiceInPlace{});
    CHECK_FALSE(twice);
    CHECK(twice.remedy.empty());
}

TEST_CASE("What a layer reads before it writes it is NaN") {
    const GradientCheck result = check(AddsToInput{});
    CHECK_FALSE(result);
    CHECK(result.worst().name == "input");
    CHECK(result.text().find("y and dx begin as NaN") != npos);
}

TEST_CASE("A gradient that does not add up is found") {
    const GradientCheck result = check(BiasDoesNotAdd{});
    CHECK_FALSE(result);
    CHECK(result.worst().name == "bias");
    CHECK(result.worst().error < 1e-8);
    CHECK_FALSE(result.worst().adds_up);
    CHECK(result.text().find("a second backward pass does not add to the gradient of bias") == 0);
}

TEST_CASE("Losses: right, and wrong") {
    CHECK(check<Shape<5>>(MSELoss{}));
    CHECK(check<Shape<5>>(L1Loss{Reduction::sum}));
    CHECK(check<Shape<2, 3>>(HuberLoss{.delta = 0.5}));
    CHECK(check<Shape<5>>(SmoothL1Loss{}));
    CHECK(check<Shape<5>>(BCELoss{}));
    CHECK(check<Shape<5>>(BCEWithLogitsLoss{}));
    CHECK(check<Shape<5>>(KLDivLoss{}));
    CHECK(check<Shape<5>>(NLLLoss{}));
    CHECK(check<Shape<5>>(CrossEntropyLoss{.label_smoothing = 0.1}, {.batch = 8}));
    CHECK(check<Shape<4, 3>>(CrossEntropyLoss{}));
    CHECK(check<Shape<5>>(CrossEntropyLoss{}, {.batch = 2, .target = {4, 0}}));

    const GradientCheck wrong = check<Shape<5>>(HalfLoss{});
    CHECK_FALSE(wrong);
    CHECK(wrong.worst().name == "prediction");
    CHECK(wrong.worst().error == Approx(0.5));
}

TEST_CASE("Kinks are left out") {
    const GradientCheck relu = check<Shape<3>>(ReLU{}, {.batch = 1, .input = {-1, 0, 2}});
    INFO(relu);
    CHECK(relu);
    CHECK(relu.tensors[0].kinks == 1);
    CHECK(relu.tensors[0].compared == 2);
    const GradientCheck near = check<Shape<3>>(ReLU{}, {.batch = 1, .input = {-1, 3e-6, 2}});
    CHECK(near.tensors[0].kinks == 1);
    const GradientCheck all = check<Shape<2>>(ReLU{}, {.batch = 1, .input = {0, 0}});
    CHECK_FALSE(all);
    CHECK(all.text().find("all of input lies at kinks") == 0);
    const GradientCheck l1 =
        check<Shape<2>>(L1Loss{}, {.batch = 1, .input = {1.000003, 2}, .target = {1, 3}});
    CHECK(l1);
    CHECK(l1.tensors[0].kinks == 1);
    // A wrong gradient of a smooth function is no kink, however bent or straight the function is.
    CHECK(check(HalfInput{}).tensors[0].kinks == 0);
    CHECK(check<Shape<5>>(HalfLoss{}).tensors[0].kinks == 0);
}

TEST_CASE("Options") {
    CHECK(check<Shape<4>>(Linear<3>{}, {.batch = 1}).tensors[0].compared == 4);
    const GradientCheck some = check<Shape<4>>(Linear<3>{}, {.elements = 5});
    CHECK(some);
    CHECK(some.tensors[0].compared == 5);
    CHECK(some.tensors[1].compared == 5);
    CHECK(some.tensors[2].compared == 3);
    const std::string usual = check<Shape<4>>(Linear<3>{}).text();
    CHECK(check<Shape<4>>(Linear<3>{}, {.seed = 8}).text() != usual);
    CHECK_FALSE(check<Shape<4>>(Tanh{}, {.tolerance = 1e-14}));
    CHECK_FALSE(check<Shape<4>>(Tanh{}, {.step = 0.3}));

    CHECK_THROWS_WITH(check<Shape<4>>(Linear<3>{}, {.input = {1, 2}}),
                      "strata: check_gradients: input has 2 numbers, and the batch takes 12");
    CHECK_THROWS_AS(check<Shape<5>>(MSELoss{}, {.target = {1}}), ShapeError);
}

TEST_CASE("What cannot be checked is said") {
    const GradientCheck result = check<Shape<4>>(Whimsical{});
    CHECK_FALSE(result);
    CHECK(result.text().find("two forward passes with the same random numbers give different results") == 0);
    std::ostringstream stream;
    stream << result;
    CHECK(stream.str() == result.text());
}

TEST_CASE("The program's random numbers go on as if nothing had been") {
    manual_seed(5);
    const std::uint32_t expected = default_generator().random();
    manual_seed(5);
    CHECK(check<Shape<6>>(Dropout{}));
    CHECK(default_generator().random() == expected);
}
