// AdaptiveAvgPool2d against PyTorch.

#include "catch.hpp"
#include "golden/pooling.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/adaptive_avg_pool2d.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(AdaptiveAvgPool2d<7>::output_shape(dims(512, 13, 9)).dims == dims(512, 7, 7));
static_assert(AdaptiveAvgPool2d<5, 7>::output_shape(dims(3, 2, 4)).dims == dims(3, 5, 7));
static_assert(AdaptiveAvgPool2d<>::wrong_arguments == &it_has_too_few_sizes);
static_assert(AdaptiveAvgPool2d<1, 2, 3>::wrong_arguments == &it_has_too_many_sizes);
static_assert(AdaptiveAvgPool2d<stride<2>>::wrong_arguments == &it_has_no_such_option);
static_assert(AdaptiveAvgPool2d<3, 0>::wrong_arguments == &its_sizes_must_be_at_least_1);
static_assert(AdaptiveAvgPool2d<1>::output_shape(dims(512)).refusal ==
              &a_pool_takes_channels_rows_and_columns_in_a_shape_of_rank);

TEST_CASE("AdaptiveAvgPool2d computes PyTorch's numbers") {
    namespace golden = golden::pooling;
    check_layer<Shape<3, 5, 7>>(AdaptiveAvgPool2d<1>{}, golden::adaptive_avg_1);
    check_layer<Shape<2, 6, 8>>(AdaptiveAvgPool2d<3, 4>{}, golden::adaptive_avg_half);
    check_layer<Shape<2, 7, 9>>(AdaptiveAvgPool2d<3, 4>{}, golden::adaptive_avg_uneven);
    check_layer<Shape<1, 3, 6>>(AdaptiveAvgPool2d<5, 4>{}, golden::adaptive_avg_larger);
}

TEST_CASE("AdaptiveAvgPool2d: gradients, laws") {
    check_derivatives<Shape<2, 5, 6>>(AdaptiveAvgPool2d<1>{});
    check_derivatives<Shape<2, 7, 5>>(AdaptiveAvgPool2d<3>{});
    check_derivatives<Shape<1, 2, 3>>(AdaptiveAvgPool2d<4, 5>{});
    laws::hold<Shape<2, 4, 6>>(AdaptiveAvgPool2d<2>{});
    laws::hold<Shape<3, 7, 7>>(AdaptiveAvgPool2d<1>{});
    laws::hold<Shape<2, 13, 9>>(AdaptiveAvgPool2d<6>{});
}

TEST_CASE("AdaptiveAvgPool2d<1> of a large image is accurate") {
    const AdaptiveAvgPool2d<1> layer;
    layer_check::Run<AdaptiveAvgPool2d<1>, Shape<1, 300, 400>, float> run(layer, 1);
    double sum = 0;
    for (Size i = 0; i < run.x.size(); ++i) {
        run.x[i] = 1000 + static_cast<float>(i % 7) / 8;
        sum += static_cast<double>(run.x[i]);
    }
    run.forward();
    CHECK(std::fabs(static_cast<double>(run.y[0]) * static_cast<double>(run.x.size()) / sum - 1) < 1e-7);
}
