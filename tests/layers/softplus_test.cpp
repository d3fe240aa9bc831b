// Softplus against PyTorch, on both sides of the threshold.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/softplus.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(Softplus::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(Softplus::traits.keeps == Keeps::input && Softplus::traits.in_place);
static_assert(Softplus{}.beta == 1 && Softplus{}.threshold == 20);
static_assert(test::Model<Sequential<Input<3>, Softplus>>::parameter_count == 0);

TEST_CASE("Softplus computes PyTorch's numbers") {
    check_layer<Shape<19>>(Softplus{}, golden::layers::softplus_single);
    check_layer<Shape<2, 3>>(Softplus{.beta = 2, .threshold = 1}, golden::layers::softplus_batch);
}

TEST_CASE("Softplus: gradients, laws") {
    check_derivatives<Shape<9>>(Softplus{});
    check_derivatives<Shape<9>>(Softplus{.beta = 0.5, .threshold = 0.25});
    laws::hold<Shape<3, 4>>(Softplus{});
    laws::hold<Shape<3, 4>>(Softplus{.beta = 3, .threshold = 1});
}

TEST_CASE("Softplus at its ends and at the threshold") {
    const auto y = layer_check::outputs(
        Softplus{}, {layer_check::infinity, -layer_check::infinity, layer_check::not_a_number});
    CHECK(y[0] == layer_check::infinity);
    CHECK(y[1] == 0);
    CHECK(std::isnan(y[2]));
    // With threshold 0 the branches differ: at 0 itself the curve still holds.
    const auto slopes = layer_check::slopes(Softplus{.threshold = 0}, {0.0f, 1e-3f, -200.0f});
    CHECK(slopes == std::vector<float>{0.5f, 1, 0});
}
