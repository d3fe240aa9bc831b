// Dropout against PyTorch: on the CPU the same mask, digit by digit; on every device what a mask has to be.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "golden/random_numbers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/dropout.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(Dropout::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(Dropout::saved(dims(3, 4)) == 12);
static_assert(Dropout::traits.keeps == Keeps::nothing && Dropout::traits.in_place &&
              Dropout::traits.view_in_eval);
static_assert(Dropout::traits.kind == OutputKind::inherited);
static_assert(Dropout{}.p == 0.5);
static_assert(test::Model<Sequential<Input<19>, Dropout>>::inference_bytes(16) == 0,
              "in inference it is a view");

TEST_CASE("Dropout of nothing and of everything computes PyTorch's numbers") {
    check_layer<Shape<6>>(Dropout{.p = 0}, golden::layers::dropout_none);
    check_layer<Shape<6>>(Dropout{.p = 1}, golden::layers::dropout_all);
}

#if !defined(STRATA_TEST_CUDA)  // a GPU draws its masks from another generator than PyTorch's CPU

TEST_CASE("Dropout computes PyTorch's numbers") {
    check_layer<Shape<19>>(Dropout{}, golden::layers::dropout_single);
    check_layer<Shape<2, 3>>(Dropout{.p = 0.2}, golden::layers::dropout_batch);
}

TEST_CASE("after manual_seed a model drops what PyTorch drops, to the last digit") {
    const xt::xtensor<float, 2> ones = xt::ones<float>({1, 33});
    const auto drops = [&ones](double p, const auto& expected) {
        Model<Sequential<Input<33>, Dropout>> model(
            Sequential<Input<33>, Dropout>(Input<33>{}, Dropout{.p = p}));
        manual_seed(42);
        const auto y = model(ones);
        return std::equal(y.begin(), y.end(), std::begin(expected), std::end(expected));
    };
    CHECK(drops(0.5, golden::random_numbers::dropout_33_50_42));
    CHECK(drops(0.2, golden::random_numbers::dropout_33_20_42));
}

#endif

namespace {

/// What Dropout makes of 100 samples of 99 ones, in training mode.
struct OfOnes {
    using Net = Sequential<Input<99>, Dropout>;
    test::Model<Net> model;
    explicit OfOnes(double p) : model(Net(Input<99>{}, Dropout{.p = p})) {}

    std::vector<float> operator()() {
        const xt::xtensor<float, 2> ones = xt::ones<float>({100, 99});
        const auto batch = test::to(ones);
        const auto y = test::host(model(batch));
        return {y.begin(), y.end()};
    }
};

}  // namespace

TEST_CASE("Dropout drops each element with probability p, and scales the others") {
    manual_seed(1);
    for (const double p : {0.1, 0.5, 0.75, 0.9}) {
        const std::vector<float> y = OfOnes(p)();
        Size dropped = 0, same_as_the_next = 0;
        for (Size i = 0; i < y.size(); ++i) {
            dropped += y[i] == 0;
            same_as_the_next += (y[i] == 0) == (y[(i + 1) % y.size()] == 0);
            if (y[i] != 0) REQUIRE(y[i] == 1 / static_cast<float>(1 - p));
        }
        const double n = static_cast<double>(y.size()), same = p * p + (1 - p) * (1 - p);
        CHECK(std::fabs(static_cast<double>(dropped) - n * p) < 5 * std::sqrt(n * p * (1 - p)));
        CHECK(std::fabs(static_cast<double>(same_as_the_next) - n * same) < 5 * std::sqrt(n));
    }
}

TEST_CASE("Dropout drops other elements in each pass, and the same ones after the same seed") {
    OfOnes some(0.5), none(0), all(1);
    manual_seed(5);
    const std::vector<float> first = some(), second = some();
    CHECK(first != second);
    manual_seed(6);
    CHECK(some() != first);
    manual_seed(5);
    CHECK(none() == std::vector<float>(first.size(), 1));  // draws nothing
    CHECK(all() == std::vector<float>(first.size(), 0));
    CHECK(some() == first);
    CHECK(some() == second);
}

TEST_CASE("the backward pass of Dropout uses the mask of the forward pass") {
    const Dropout layer{.p = 0.3};
    layer_check::Run<Dropout, Shape<99>, float> run(layer, 20);
    std::fill(run.x.begin(), run.x.end(), 1.0f);
    std::fill(run.dy.begin(), run.dy.end(), 1.0f);
    run.forward();
    run.backward();
    CHECK(run.dx == run.y);
    CHECK(std::count(run.dx.begin(), run.dx.end(), 0.0f) > 0);
}

TEST_CASE("Dropout: gradients, laws") {
    check_derivatives<Shape<9>>(Dropout{});
    check_derivatives<Shape<9>>(Dropout{.p = 0.9});
    laws::hold<Shape<3, 4>>(Dropout{});
    laws::hold<Shape<3, 4>>(Dropout{.p = 1});
}

TEST_CASE("in evaluation mode Dropout shows its input") {
    test::Model<Sequential<Input<4>, Dropout>> model;
    const xt::xtensor<float, 2> x = {{1, 2, 3, 4}, {5, 6, 7, 8}};
    model.eval();
    const auto batch = test::to(x);
    const auto y = test::host(model(batch));
    CHECK((y == x));
}

TEST_CASE("p = 0 and p = 1 draw no random numbers") {
    for (double p : {0.0, 1.0}) {
        const auto y = layer_check::outputs(Dropout{.p = p}, {1.0f, 2.0f, 3.0f});  // seeds with 42 before it
        CHECK(y == (p == 0 ? std::vector<float>{1, 2, 3} : std::vector<float>{0, 0, 0}));
        CHECK(default_generator().random() == Generator(42).random());
    }
}

TEST_CASE("Dropout refuses what is no probability") {
    for (double p : {-0.1, 1.1, std::nan("")})
        CHECK_THROWS_AS(layer_check::outputs(Dropout{.p = p}, {1.0f}), ValueError);
    CHECK_THROWS_WITH(layer_check::outputs(Dropout{.p = 1.5}, {1.0f}),
                      "strata: Dropout: p is 1.5, but must be in [0, 1]");
}
