// GELU against PyTorch: both ways to compute the normal distribution function.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/gelu.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(GELU::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(GELU::traits.keeps == Keeps::input && GELU::traits.in_place);
static_assert(GELU{}.approximate == Approximate::none);

constexpr GELU with_tanh{.approximate = Approximate::tanh};

TEST_CASE("GELU computes PyTorch's numbers") {
    check_layer<Shape<19>>(GELU{}, golden::layers::gelu_single);
    check_layer<Shape<2, 3>>(GELU{}, golden::layers::gelu_batch);
    check_layer<Shape<19>>(with_tanh, golden::layers::gelu_tanh_single);
    check_layer<Shape<2, 3>>(with_tanh, golden::layers::gelu_tanh_batch);
}

TEST_CASE("GELU: gradients, laws") {
    check_derivatives<Shape<9>>(GELU{});
    check_derivatives<Shape<9>>(with_tanh);
    laws::hold<Shape<3, 4>>(GELU{});
    laws::hold<Shape<3, 4>>(with_tanh);
}

TEST_CASE("GELU at its ends") {
    for (const GELU& layer : {GELU{}, with_tanh}) {
        const auto y = layer_check::outputs(
            layer, {0.0f, layer_check::infinity, layer_check::not_a_number, 30.0f, -30.0f});
        CHECK(y[0] == 0);
        CHECK(y[1] == layer_check::infinity);
        CHECK(std::isnan(y[2]));
        CHECK(y[3] == 30);
        CHECK(y[4] == 0);
    }
}
