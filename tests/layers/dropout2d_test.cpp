// Dropout2d against PyTorch: on the CPU the same mask, digit by digit; on every device what a mask has to be.

#include "catch.hpp"
#include "golden/pooling.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/dropout2d.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(Dropout2d::output_shape(dims(3, 4, 5)).dims == dims(3, 4, 5));
static_assert(Dropout2d::saved(dims(3, 4, 5)) == 3);
static_assert(Dropout2d::traits.keeps == Keeps::nothing && Dropout2d::traits.in_place &&
              Dropout2d::traits.view_in_eval);
static_assert(Dropout2d{}.p == 0.5);
static_assert(Dropout2d::output_shape(dims(4, 5)).refusal ==
              &Dropout2d_takes_channels_rows_and_columns_in_a_shape_of_rank);

TEST_CASE("Dropout2d of nothing and of everything computes PyTorch's numbers") {
    check_layer<Shape<3, 2, 2>>(Dropout2d{.p = 0}, golden::pooling::dropout_2d_none);
    check_layer<Shape<3, 2, 2>>(Dropout2d{.p = 1}, golden::pooling::dropout_2d_all);
}

#if !defined(STRATA_TEST_CUDA)  // a GPU draws its masks from another generator than PyTorch's CPU
TEST_CASE("Dropout2d computes PyTorch's numbers") {
    check_layer<Shape<7, 2, 3>>(Dropout2d{}, golden::pooling::dropout_2d);
    check_layer<Shape<5, 3, 1>>(Dropout2d{.p = 0.2}, golden::pooling::dropout_2d_few);
}
#endif

TEST_CASE("Dropout2d drops whole channels, and scales the others") {
    const Dropout2d layer{.p = 0.25};
    layer_check::Run<Dropout2d, Shape<50, 3, 5>, float> run(layer, 40);
    std::fill(run.x.begin(), run.x.end(), 1.0f);
    std::fill(run.dy.begin(), run.dy.end(), 1.0f);
    run.forward();
    Size dropped = 0;
    for (Size i = 0; i < run.y.size(); ++i) {
        REQUIRE((run.y[i] == 0 || run.y[i] == 1 / 0.75f));
        REQUIRE(run.y[i] == run.y[i / 15 * 15]);
        dropped += run.y[i] == 0;
    }
    CHECK(std::fabs(static_cast<double>(dropped) / 15 - 500) < 5 * std::sqrt(2000 * 0.25 * 0.75));
    run.backward();
    CHECK(run.dx == run.y);
}

TEST_CASE("Dropout2d: gradients, laws") {
    check_derivatives<Shape<4, 2, 3>>(Dropout2d{});
    laws::hold<Shape<3, 4, 5>>(Dropout2d{});
    laws::hold<Shape<3, 4, 5>>(Dropout2d{.p = 1});
}

TEST_CASE("Dropout2d refuses what is no probability") {
    const Dropout2d layer{.p = 1.5};
    layer_check::Run<Dropout2d, Shape<1, 1, 1>, float> run(layer, 1);
    CHECK_THROWS_WITH(run.forward(), "strata: Dropout2d: p is 1.5, but must be in [0, 1]");
}
