// Sigmoid against PyTorch.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/sigmoid.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(Sigmoid::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(Sigmoid::traits.keeps == Keeps::output && Sigmoid::traits.in_place);
static_assert(Sigmoid::traits.kind == OutputKind::unit_interval);
static_assert(test::Model<Sequential<Input<3>, Sigmoid>>::parameter_count == 0);

TEST_CASE("Sigmoid computes PyTorch's numbers") {
    check_layer<Shape<19>>(Sigmoid{}, golden::layers::sigmoid_single);
    check_layer<Shape<2, 3>>(Sigmoid{}, golden::layers::sigmoid_batch);
}

TEST_CASE("Sigmoid: gradients, laws") {
    check_derivatives<Shape<9>>(Sigmoid{});
    laws::hold<Shape<3, 4>>(Sigmoid{});
}

TEST_CASE("Sigmoid at its ends") {
    const auto y = layer_check::outputs(
        Sigmoid{}, {layer_check::infinity, -layer_check::infinity, layer_check::not_a_number});
    CHECK(y[0] == 1);
    CHECK(y[1] == 0);
    CHECK(std::isnan(y[2]));
    CHECK(layer_check::slopes(Sigmoid{}, {0.0f, 200.0f, -200.0f}) == std::vector<float>{0.25f, 0, 0});
}
