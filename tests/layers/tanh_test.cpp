// Tanh against PyTorch.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/tanh.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(Tanh::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(Tanh::traits.keeps == Keeps::output && Tanh::traits.in_place);
static_assert(Tanh::traits.kind == OutputKind::any);
static_assert(test::Model<Sequential<Input<3>, Tanh>>::parameter_count == 0);

TEST_CASE("Tanh computes PyTorch's numbers") {
    check_layer<Shape<19>>(Tanh{}, golden::layers::tanh_single);
    check_layer<Shape<2, 3>>(Tanh{}, golden::layers::tanh_batch);
}

TEST_CASE("Tanh: gradients, laws") {
    check_derivatives<Shape<9>>(Tanh{});
    laws::hold<Shape<3, 4>>(Tanh{});
}

TEST_CASE("Tanh at its ends") {
    const auto y = layer_check::outputs(
        Tanh{}, {layer_check::infinity, -layer_check::infinity, layer_check::not_a_number});
    CHECK(y[0] == 1);
    CHECK(y[1] == -1);
    CHECK(std::isnan(y[2]));
    CHECK(layer_check::slopes(Tanh{}, {0.0f, 20.0f, -20.0f}) == std::vector<float>{1, 0, 0});
}
