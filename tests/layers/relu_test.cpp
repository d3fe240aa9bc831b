// ReLU against PyTorch.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/relu.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(ReLU::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(ReLU::traits.keeps == Keeps::output && ReLU::traits.in_place);
static_assert(test::Model<Sequential<Input<3>, ReLU>>::parameter_count == 0);

TEST_CASE("ReLU computes PyTorch's numbers") {
    check_layer<Shape<19>>(ReLU{}, golden::layers::relu_single);
    check_layer<Shape<2, 3>>(ReLU{}, golden::layers::relu_batch);
}

TEST_CASE("ReLU: gradients, laws") {
    check_derivatives<Shape<9>>(ReLU{});
    laws::hold<Shape<3, 4>>(ReLU{});
}

TEST_CASE("ReLU at its ends and at the kink") {
    const auto y = layer_check::outputs(
        ReLU{}, {layer_check::infinity, -layer_check::infinity, layer_check::not_a_number});
    CHECK(y[0] == layer_check::infinity);
    CHECK(y[1] == 0);
    CHECK(std::isnan(y[2]));
    CHECK(layer_check::slopes(ReLU{}, {0.0f, -0.0f, 1e-30f}) == std::vector<float>{0, 0, 1});
}
