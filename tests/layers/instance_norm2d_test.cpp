// InstanceNorm2d against PyTorch.

#include "catch.hpp"
#include "golden/normalization.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"
#include "layers/norm_check.hpp"

#include <strata/layers/instance_norm2d.hpp>

using namespace strata;
using namespace norm_check;
namespace golden_norm = golden::normalization;

static_assert(InstanceNorm2d<>::output_shape(dims(3, 4, 5)).dims == dims(3, 4, 5));
static_assert(InstanceNorm2d<3>::output_shape(dims(3, 4, 5)).dims == dims(3, 4, 5));
static_assert(InstanceNorm2d<>{}.eps == 1e-5);
static_assert(InstanceNorm2d<>::traits.keeps == Keeps::output && InstanceNorm2d<>::traits.in_place);
static_assert(InstanceNorm2d<affine>::traits.keeps == Keeps::input);
static_assert(InstanceNorm2d<>::parameters(dims(3, 4, 5)).count == 0);
static_assert(InstanceNorm2d<3, affine>::parameters(dims(3, 4, 5)).items[1].dims == dims(3));
static_assert(InstanceNorm2d<>::saved(dims(3, 4, 5)) == 3);

static_assert(InstanceNorm2d<2>::output_shape(dims(3, 4, 5)).refusal == &it_normalizes_as_many_channels_as);
static_assert(InstanceNorm2d<>::output_shape(dims(3, 4)).expected == dims(3));
static_assert(InstanceNorm2d<>::output_shape(dims(3, 1, 1)).refusal ==
              &it_takes_more_than_one_pixel_in_channels_rows_and_columns_such_as);
static_assert(InstanceNorm2d<no_affine>::wrong_arguments == &it_has_no_such_option);

TEST_CASE("InstanceNorm2d computes PyTorch's numbers") {
    check_layer<Shape<3, 4, 5>>(InstanceNorm2d<>{}, golden_norm::instance_norm2d_single);
    check_layer<Shape<2, 3, 3>>(InstanceNorm2d<2>{.eps = 1e-2}, golden_norm::instance_norm2d_batch);
    check_layer<Shape<3, 5, 7>>(InstanceNorm2d<3, affine>{}, golden_norm::instance_norm2d_affine);
    check_layer<Shape<5, 1, 2>>(InstanceNorm2d<affine>{.eps = 0.1}, golden_norm::instance_norm2d_small);
    check_layer<Shape<3, 4, 5>>(InstanceNorm2d<affine>{}, golden_norm::instance_norm2d_far);
}

TEST_CASE("InstanceNorm2d: gradients, laws") {
    layer_check::check_derivatives<Shape<3, 2, 2>>(InstanceNorm2d<>{});
    layer_check::check_derivatives<Shape<3, 2, 2>>(InstanceNorm2d<affine>{.eps = 0.1}, 1);
    layer_check::check_derivatives<Shape<2, 3, 6>>(InstanceNorm2d<affine>{}, 2);
    laws::hold<Shape<3, 4, 5>>(InstanceNorm2d<>{});
    laws::hold<Shape<3, 4, 5>>(InstanceNorm2d<3, affine>{});
}

TEST_CASE("InstanceNorm2d: first values") {
    const InstanceNorm2d<affine> layer;
    Run<InstanceNorm2d<affine>, Shape<3, 1, 2>, float> run(layer, 1);
    run.initialize();
    CHECK(run.parameters == std::vector<float>{1, 1, 1, 0, 0, 0});
}

TEST_CASE("InstanceNorm2d: a NaN stays in its channel") {
    check_not_a_number<Shape<3, 4, 5>>(InstanceNorm2d<affine>{}, 2, 70, [](Size i) { return i / 20 == 3; });
    check_not_a_number<Shape<3, 2, 3>>(InstanceNorm2d<>{}, 20, 70, [](Size i) { return i / 6 == 11; });
}

TEST_CASE("InstanceNorm2d in float is as good as in double") {
    check_precision<Shape<3, 14, 14>>(InstanceNorm2d<affine>{}, 10, 1000, 1000);
}
