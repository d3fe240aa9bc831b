// Hardswish against PyTorch.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/hardswish.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(Hardswish::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(Hardswish::traits.keeps == Keeps::input && Hardswish::traits.in_place);
static_assert(Hardswish::traits.kind == OutputKind::any);
static_assert(test::Model<Sequential<Input<3>, Hardswish>>::parameter_count == 0);

TEST_CASE("Hardswish computes PyTorch's numbers") {
    check_layer<Shape<19>>(Hardswish{}, golden::layers::hardswish_single);
    check_layer<Shape<2, 3>>(Hardswish{}, golden::layers::hardswish_batch);
}

TEST_CASE("Hardswish: gradients, laws") {
    check_derivatives<Shape<9>>(Hardswish{});
    laws::hold<Shape<3, 4>>(Hardswish{});
}

TEST_CASE("Hardswish at its kinks and ends") {
    const auto y = layer_check::outputs(
        Hardswish{}, {-3.0f, 3.0f, 0.0f, 100.0f, -200.0f, layer_check::infinity, layer_check::not_a_number});
    CHECK(y[0] == 0);
    CHECK(y[1] == 3);
    CHECK(y[2] == 0);
    CHECK(y[3] == 100);
    CHECK(y[4] == 0);
    CHECK(y[5] == layer_check::infinity);
    CHECK(std::isnan(y[6]));
}
