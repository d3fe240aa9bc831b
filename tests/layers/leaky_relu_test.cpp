// LeakyReLU against PyTorch.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/leaky_relu.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(LeakyReLU::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(LeakyReLU::traits.keeps == Keeps::output && LeakyReLU::traits.in_place);
static_assert(LeakyReLU{}.negative_slope == 0.01);
static_assert(test::Model<Sequential<Input<3>, LeakyReLU>>::parameter_count == 0);

TEST_CASE("LeakyReLU computes PyTorch's numbers") {
    check_layer<Shape<19>>(LeakyReLU{}, golden::layers::leaky_relu_single);
    check_layer<Shape<2, 3>>(LeakyReLU{.negative_slope = 0.2}, golden::layers::leaky_relu_batch);
}

TEST_CASE("LeakyReLU: gradients, laws") {
    check_derivatives<Shape<9>>(LeakyReLU{});
    check_derivatives<Shape<9>>(LeakyReLU{.negative_slope = 2});
    laws::hold<Shape<3, 4>>(LeakyReLU{});
    laws::hold<Shape<3, 4>>(LeakyReLU{.negative_slope = 0});
}

TEST_CASE("LeakyReLU at its ends and at the kink") {
    const auto y = layer_check::outputs(
        LeakyReLU{}, {layer_check::infinity, -layer_check::infinity, layer_check::not_a_number});
    CHECK(y[0] == layer_check::infinity);
    CHECK(y[1] == -layer_check::infinity);
    CHECK(std::isnan(y[2]));
    CHECK(layer_check::slopes(LeakyReLU{}, {0.0f, -0.0f, 1e-30f}) == std::vector<float>{0.01f, 0.01f, 1});
}

TEST_CASE("LeakyReLU refuses a negative slope") {
    CHECK_THROWS_AS(layer_check::outputs(LeakyReLU{.negative_slope = -0.1}, {1.0f}), ValueError);
    CHECK_THROWS_WITH(layer_check::outputs(LeakyReLU{.negative_slope = -0.1}, {1.0f}),
                      "strata: LeakyReLU: negative_slope is -0.1, but must be at least 0");
    CHECK_THROWS_AS(layer_check::outputs(LeakyReLU{.negative_slope = std::nan("")}, {1.0f}), ValueError);
}
