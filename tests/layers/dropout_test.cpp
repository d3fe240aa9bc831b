// Dropout against PyTorch: the same mask, digit by digit.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "golden/random_numbers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/dropout.hpp>

using namespace strata;
using layer_check::check_gradients;
using layer_check::check_layer;

static_assert(Dropout::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(Dropout::saved(dims(3, 4)) == 12);
static_assert(Dropout::traits.keeps == Keeps::nothing && Dropout::traits.in_place &&
              Dropout::traits.view_in_eval);
static_assert(Dropout::traits.values == Values::inherited);
static_assert(Dropout{}.p == 0.5);
static_assert(Model<Sequential<Input<19>, Dropout>>::inference_bytes(16) == 0, "in inference it is a view");

TEST_CASE("Dropout computes PyTorch's numbers") {
    check_layer<Shape<19>>(Dropout{}, golden::layers::dropout_single);
    check_layer<Shape<2, 3>>(Dropout{.p = 0.2}, golden::layers::dropout_batch);
    check_layer<Shape<6>>(Dropout{.p = 0}, golden::layers::dropout_none);
    check_layer<Shape<6>>(Dropout{.p = 1}, golden::layers::dropout_all);
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

TEST_CASE("Dropout: gradients, laws") {
    check_gradients<Shape<9>>(Dropout{});
    check_gradients<Shape<9>>(Dropout{.p = 0.9});
    laws::hold<Shape<3, 4>>(Dropout{});
    laws::hold<Shape<3, 4>>(Dropout{.p = 1});
}

TEST_CASE("in evaluation mode Dropout shows its input") {
    Model<Sequential<Input<4>, Dropout>> model;
    const xt::xtensor<float, 2> x = {{1, 2, 3, 4}, {5, 6, 7, 8}};
    model.eval();
    const auto y = model(x);
    CHECK(std::equal(y.begin(), y.end(), x.begin(), x.end()));
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
                      "strata: Dropout: p is 1.5, and it must be between 0 and 1");
}
