// ELU against PyTorch.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/elu.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(ELU::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(ELU::traits.keeps == Keeps::output && ELU::traits.in_place);
static_assert(ELU{}.alpha == 1);
static_assert(test::Model<Sequential<Input<3>, ELU>>::parameter_count == 0);

TEST_CASE("ELU computes PyTorch's numbers") {
    check_layer<Shape<19>>(ELU{}, golden::layers::elu_single);
    check_layer<Shape<2, 3>>(ELU{.alpha = 0.5}, golden::layers::elu_batch);
}

TEST_CASE("ELU: gradients, laws") {
    check_derivatives<Shape<9>>(ELU{});
    check_derivatives<Shape<9>>(ELU{.alpha = 2});
    check_derivatives<Shape<9>>(ELU{.alpha = 0});
    laws::hold<Shape<3, 4>>(ELU{});
    laws::hold<Shape<3, 4>>(ELU{.alpha = 0.3});
}

TEST_CASE("ELU at its ends and at the kink") {
    const auto y = layer_check::outputs(
        ELU{}, {layer_check::infinity, -layer_check::infinity, layer_check::not_a_number});
    CHECK(y[0] == layer_check::infinity);
    CHECK(y[1] == -1);
    CHECK(std::isnan(y[2]));
    CHECK(layer_check::slopes(ELU{.alpha = 0.5}, {0.0f, -0.0f, 1e-30f}) == std::vector<float>{0.5f, 0.5f, 1});
}

TEST_CASE("ELU refuses a negative alpha") {
    CHECK_THROWS_AS(layer_check::outputs(ELU{.alpha = -1}, {1.0f}), ValueError);
    CHECK_THROWS_WITH(layer_check::outputs(ELU{.alpha = -1}, {1.0f}),
                      "strata: ELU: alpha is -1, but must be at least 0");
    CHECK_THROWS_AS(layer_check::outputs(ELU{.alpha = std::nan("")}, {1.0f}), ValueError);
}
