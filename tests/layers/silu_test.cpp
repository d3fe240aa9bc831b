// SiLU against PyTorch.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/silu.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(SiLU::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(SiLU::traits.keeps == Keeps::input && SiLU::traits.in_place);
static_assert(SiLU::traits.kind == OutputKind::any);
static_assert(test::Model<Sequential<Input<3>, SiLU>>::parameter_count == 0);

TEST_CASE("SiLU computes PyTorch's numbers") {
    check_layer<Shape<19>>(SiLU{}, golden::layers::silu_single);
    check_layer<Shape<2, 3>>(SiLU{}, golden::layers::silu_batch);
}

TEST_CASE("SiLU: gradients, laws") {
    check_derivatives<Shape<9>>(SiLU{});
    laws::hold<Shape<3, 4>>(SiLU{});
}

TEST_CASE("SiLU at its ends") {
    const auto y = layer_check::outputs(
        SiLU{}, {0.0f, layer_check::infinity, layer_check::not_a_number, 100.0f, -200.0f});
    CHECK(y[0] == 0);
    CHECK(y[1] == layer_check::infinity);
    CHECK(std::isnan(y[2]));
    CHECK(y[3] == 100);
    CHECK(y[4] == 0);
}
