// RMSNorm against PyTorch's formula.

#include "catch.hpp"
#include "golden/normalization.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"
#include "layers/norm_check.hpp"

#include <strata/layers/rms_norm.hpp>

using namespace strata;
using namespace norm_check;
namespace golden_norm = golden::normalization;

static_assert(RMSNorm<>::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(RMSNorm<3, 4>::output_shape(dims(2, 3, 4)).dims == dims(2, 3, 4));
static_assert(RMSNorm<>{}.eps != RMSNorm<>{}.eps);  // that of the scalar type
static_assert(RMSNorm<>::traits.keeps == Keeps::input && RMSNorm<>::traits.in_place);
static_assert(RMSNorm<no_affine>::traits.keeps == Keeps::output);
static_assert(RMSNorm<>::parameters(dims(3, 4)).count == 1);
static_assert(RMSNorm<3, 4>::parameters(dims(2, 3, 4)).items[0].dims == dims(3, 4));
static_assert(RMSNorm<>::saved(dims(5, 4)) == 5);
static_assert(RMSNorm<64>::output_shape(dims(4, 32)).refusal == &it_normalizes_the_last_extents);
static_assert(RMSNorm<64, no_bias>::wrong_arguments == &it_has_no_such_option);

TEST_CASE("RMSNorm computes PyTorch's numbers") {
    check_layer<Shape<19>>(RMSNorm<>{}, golden_norm::rms_norm_single);
    check_layer<Shape<3, 6>>(RMSNorm<6>{.eps = 1e-2}, golden_norm::rms_norm_rows);
    check_layer<Shape<3, 4, 5>>(RMSNorm<4, 5>{}, golden_norm::rms_norm_shape);
    check_layer<Shape<2, 33>>(RMSNorm<no_affine>{}, golden_norm::rms_norm_no_affine);
    check_layer<Shape<3>>(RMSNorm<>{}, golden_norm::rms_norm_many);
}

TEST_CASE("RMSNorm: gradients, laws") {
    layer_check::check_derivatives<Shape<5>>(RMSNorm<>{});
    layer_check::check_derivatives<Shape<3, 9>>(RMSNorm<3, 9>{.eps = 0.1}, 1);
    layer_check::check_derivatives<Shape<2, 70>>(RMSNorm<>{}, 2);
    layer_check::check_derivatives<Shape<2, 17>>(RMSNorm<no_affine>{});
    laws::hold<Shape<3, 4>>(RMSNorm<>{});
    laws::hold<Shape<3, 20>>(RMSNorm<20, no_affine>{.eps = 0.5});
}

TEST_CASE("RMSNorm: its eps is that of the scalar type") {
    const RMSNorm<no_affine> layer;
    Run<RMSNorm<no_affine>, Shape<4>, float> run(layer, 1);
    Run<RMSNorm<no_affine>, Shape<4>, double> exact(layer, 1);
    std::fill(run.x.begin(), run.x.end(), 1e-4f);
    std::fill(exact.x.begin(), exact.x.end(), 1e-9);
    run.forward();
    exact.forward();
    CHECK(std::fabs(run.y[0] - 1e-4f / std::sqrt(1e-8f + 1.1920929e-7f)) < 1e-6f);
    CHECK(std::fabs(exact.y[0] - 1e-9 / std::sqrt(1e-18 + 2.220446049250313e-16)) < 1e-12);
}

TEST_CASE("RMSNorm at its ends") {
    CHECK(outputs(RMSNorm<no_affine>{}, {0, 0, 0}) == std::vector<float>{0, 0, 0});
    check_not_a_number<Shape<3, 21>>(RMSNorm<>{}, 2, 30, [](Size i) { return i / 21 == 1; });
    check_not_a_number<Shape<3, 5>>(RMSNorm<no_affine>{}, 9, 30, [](Size i) { return i / 5 == 6; });
}

TEST_CASE("RMSNorm in float is as good as in double") {
    check_precision<Shape<4, 128>>(RMSNorm<>{}, 200, 0, 1000);
    check_precision<Shape<9001>>(RMSNorm<>{}, 3, 2, 0);
}
