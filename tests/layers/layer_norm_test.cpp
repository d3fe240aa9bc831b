// LayerNorm against PyTorch.

#include "catch.hpp"
#include "golden/normalization.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"
#include "layers/norm_check.hpp"

#include <strata/layers/layer_norm.hpp>

using namespace strata;
using namespace norm_check;
namespace golden_norm = golden::normalization;

static_assert(LayerNorm<>::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(LayerNorm<4>::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(LayerNorm<3, 4>::output_shape(dims(2, 3, 4)).dims == dims(2, 3, 4));
static_assert(LayerNorm<>{}.eps == 1e-5);
static_assert(LayerNorm<>::traits.keeps == Keeps::input && LayerNorm<>::traits.in_place);
static_assert(LayerNorm<no_affine>::traits.keeps == Keeps::output);
static_assert(LayerNorm<>::parameters(dims(3, 4)).items[0].dims == dims(4));
static_assert(LayerNorm<3, 4>::parameters(dims(2, 3, 4)).items[1].dims == dims(3, 4));
static_assert(LayerNorm<no_bias>::parameters(dims(4)).count == 1);
static_assert(LayerNorm<no_affine>::parameters(dims(4)).count == 0);
static_assert(LayerNorm<>::saved(dims(5, 4)) == 15 && LayerNorm<no_affine>::saved(dims(5, 4)) == 5);
static_assert(LayerNorm<4, 64>::input_shape() == dims(4, 64));

static_assert(LayerNorm<64>::output_shape(dims(4, 32)).refusal == &it_normalizes_the_last_extents);
static_assert(LayerNorm<4, 64>::output_shape(dims(64)).refusal == &it_normalizes_the_last_extents);
static_assert(LayerNorm<4, 64>::output_shape(dims(2, 64, 4)).expected == dims(4, 64));
static_assert(LayerNorm<4, -1>::wrong_arguments == &its_sizes_must_be_at_least_1);
static_assert(LayerNorm<no_running_statistics>::wrong_arguments == &it_has_no_such_option);

TEST_CASE("LayerNorm computes PyTorch's numbers") {
    check_layer<Shape<19>>(LayerNorm<>{}, golden_norm::layer_norm_single);
    check_layer<Shape<3, 6>>(LayerNorm<6>{.eps = 1e-2}, golden_norm::layer_norm_rows);
    check_layer<Shape<3, 4, 5>>(LayerNorm<4, 5>{}, golden_norm::layer_norm_shape);
    check_layer<Shape<2, 33>>(LayerNorm<no_affine>{}, golden_norm::layer_norm_no_affine);
    check_layer<Shape<2, 7>>(LayerNorm<7, no_bias>{}, golden_norm::layer_norm_no_bias);
    check_layer<Shape<3>>(LayerNorm<>{.eps = 0.1}, golden_norm::layer_norm_many);
    check_layer<Shape<40>>(LayerNorm<>{}, golden_norm::layer_norm_far);
}

TEST_CASE("LayerNorm: gradients, laws") {
    layer_check::check_derivatives<Shape<5>>(LayerNorm<>{});
    layer_check::check_derivatives<Shape<3, 9>>(LayerNorm<3, 9>{.eps = 0.1}, 1);
    layer_check::check_derivatives<Shape<2, 70>>(LayerNorm<>{}, 2);
    layer_check::check_derivatives<Shape<2, 7>>(LayerNorm<no_bias>{});
    layer_check::check_derivatives<Shape<2, 17>>(LayerNorm<no_affine>{});
    laws::hold<Shape<3, 4>>(LayerNorm<>{});
    laws::hold<Shape<3, 20>>(LayerNorm<20, no_bias>{});
    laws::hold<Shape<3, 4>>(LayerNorm<no_affine>{.eps = 0.5});
}

TEST_CASE("LayerNorm: first values") {
    const LayerNorm<> layer;
    Run<LayerNorm<>, Shape<3>, float> run(layer, 1);
    run.initialize();
    CHECK(run.parameters == std::vector<float>{1, 1, 1, 0, 0, 0});
}

TEST_CASE("LayerNorm at its ends") {
    // A row of equal numbers has no deviation: y is the bias, 0 here.
    const LayerNorm<no_affine> layer;
    CHECK(outputs(layer, {3e7f, 3e7f, 3e7f}) == std::vector<float>{0, 0, 0});
    CHECK(slopes(layer, {5, 5, 5}) == std::vector<float>{0, 0, 0});
    CHECK(std::isnan(outputs(layer, {1, infinity, 2})[0]));
    check_not_a_number<Shape<3, 21>>(LayerNorm<>{}, 2, 30, [](Size i) { return i / 21 == 1; });
    check_not_a_number<Shape<3, 5>>(LayerNorm<no_affine>{}, 9, 30, [](Size i) { return i / 5 == 6; });
}

TEST_CASE("LayerNorm in float is as good as in double") {
    check_precision<Shape<4, 128>>(LayerNorm<>{}, 200, 1000, 1000);
    check_precision<Shape<9001>>(LayerNorm<>{}, 3, -300, 0);
    check_precision<Shape<100>>(LayerNorm<no_affine>{}, 3, 3, 1000);
}
