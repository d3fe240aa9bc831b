// GroupNorm against PyTorch.

#include "catch.hpp"
#include "golden/normalization.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"
#include "layers/norm_check.hpp"

#include <strata/layers/group_norm.hpp>

using namespace strata;
using namespace norm_check;
namespace golden_norm = golden::normalization;

static_assert(GroupNorm<2>::output_shape(dims(6, 3, 5)).dims == dims(6, 3, 5));
static_assert(GroupNorm<2, 6>::output_shape(dims(6)).dims == dims(6));
static_assert(GroupNorm<2>{}.eps == 1e-5);
static_assert(GroupNorm<2>::traits.keeps == Keeps::input && GroupNorm<2>::traits.in_place);
static_assert(GroupNorm<2, no_affine>::traits.keeps == Keeps::output);
static_assert(GroupNorm<2>::parameters(dims(6, 3, 5)).items[1].dims == dims(6));
static_assert(GroupNorm<2, 6, no_affine>::parameters(dims(6, 3, 5)).count == 0);
static_assert(GroupNorm<2>::saved(dims(6, 3, 5)) == 6);

static_assert(GroupNorm<4>::output_shape(dims(6, 3, 5)).refusal ==
              &it_takes_channels_whose_number_is_a_multiple_of);
static_assert(GroupNorm<4>::output_shape(dims(6, 3, 5)).expected == dims(4));
static_assert(GroupNorm<2, 8>::output_shape(dims(6, 3, 5)).refusal == &it_normalizes_as_many_channels_as);
static_assert(GroupNorm<2>::output_shape(dims()).expected == dims(2));
static_assert(GroupNorm<4, 6>::wrong_arguments == &its_channels_are_a_multiple_of_its_groups);
static_assert(GroupNorm<no_affine>::wrong_arguments == &it_has_too_few_sizes);
static_assert(GroupNorm<0>::wrong_arguments == &its_sizes_must_be_at_least_1);

TEST_CASE("GroupNorm computes PyTorch's numbers") {
    check_layer<Shape<6, 3, 5>>(GroupNorm<2>{}, golden_norm::group_norm_single);
    check_layer<Shape<3, 4, 5>>(GroupNorm<3, 3>{.eps = 1e-2}, golden_norm::group_norm_batch);
    check_layer<Shape<8>>(GroupNorm<2>{}, golden_norm::group_norm_rows);
    check_layer<Shape<4, 2>>(GroupNorm<1>{}, golden_norm::group_norm_length);
    check_layer<Shape<4, 3, 3>>(GroupNorm<2, no_affine>{}, golden_norm::group_norm_no_affine);
    check_layer<Shape<4, 3, 3>>(GroupNorm<2>{}, golden_norm::group_norm_far);
}

TEST_CASE("GroupNorm: gradients, laws") {
    layer_check::check_derivatives<Shape<4, 3>>(GroupNorm<2>{});
    layer_check::check_derivatives<Shape<6, 5>>(GroupNorm<3>{.eps = 0.1}, 1);
    layer_check::check_derivatives<Shape<12>>(GroupNorm<2>{});
    layer_check::check_derivatives<Shape<4, 3, 4>>(GroupNorm<1>{}, 2);
    layer_check::check_derivatives<Shape<4, 9>>(GroupNorm<2, no_affine>{});
    laws::hold<Shape<4, 3, 5>>(GroupNorm<2>{});
    laws::hold<Shape<4>>(GroupNorm<2, 4>{});
    laws::hold<Shape<4, 3>>(GroupNorm<4, no_affine>{});
}

TEST_CASE("GroupNorm: first values") {
    const GroupNorm<1> layer;
    Run<GroupNorm<1>, Shape<3, 2>, float> run(layer, 1);
    run.initialize();
    CHECK(run.parameters == std::vector<float>{1, 1, 1, 0, 0, 0});
}

TEST_CASE("GroupNorm: a NaN stays in its group") {
    check_not_a_number<Shape<4, 9>>(GroupNorm<2>{}, 3, 36 + 20, [](Size i) { return i / 18 == 3; });
    check_not_a_number<Shape<4, 18>>(GroupNorm<2, no_affine>{}, 3, 40, [](Size i) { return i / 36 == 1; });
}

TEST_CASE("GroupNorm in float is as good as in double") {
    check_precision<Shape<4, 14, 14>>(GroupNorm<2>{}, 30, 1000, 1000);
    check_precision<Shape<2, 70, 70>>(GroupNorm<1>{}, 2, 100, -100);
}
