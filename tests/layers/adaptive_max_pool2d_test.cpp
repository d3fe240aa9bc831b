// AdaptiveMaxPool2d against PyTorch.

#include "catch.hpp"
#include "golden/pooling.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/adaptive_max_pool2d.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(AdaptiveMaxPool2d<7>::output_shape(dims(512, 13, 9)).dims == dims(512, 7, 7));
static_assert(AdaptiveMaxPool2d<3>::saved(dims(4, 7, 6)) == 9, "a byte per window");
static_assert(AdaptiveMaxPool2d<1>::saved(dims(4, 30, 30)) == 4, "four bytes per window of 900 elements");
static_assert(AdaptiveMaxPool2d<>::wrong_arguments == &it_has_too_few_sizes);
static_assert(AdaptiveMaxPool2d<-1>::wrong_arguments == &its_sizes_must_be_at_least_1);

TEST_CASE("AdaptiveMaxPool2d computes PyTorch's numbers") {
    namespace golden = golden::pooling;
    check_layer<Shape<3, 5, 7>>(AdaptiveMaxPool2d<1>{}, golden::adaptive_max_1);
    check_layer<Shape<2, 6, 8>>(AdaptiveMaxPool2d<3, 4>{}, golden::adaptive_max_half);
    check_layer<Shape<2, 7, 9>>(AdaptiveMaxPool2d<3, 4>{}, golden::adaptive_max_uneven);
    check_layer<Shape<1, 3, 6>>(AdaptiveMaxPool2d<5, 4>{}, golden::adaptive_max_larger);
}

TEST_CASE("AdaptiveMaxPool2d: gradients, laws") {
    check_derivatives<Shape<2, 5, 6>>(AdaptiveMaxPool2d<1>{});
    check_derivatives<Shape<2, 7, 5>>(AdaptiveMaxPool2d<3>{});
    check_derivatives<Shape<1, 2, 3>>(AdaptiveMaxPool2d<4, 5>{});
    check_derivatives<Shape<1, 19, 18>>(AdaptiveMaxPool2d<1>{}, 1);  // windows of more than 256 elements
    check_derivatives<Shape<1, 35, 33>>(AdaptiveMaxPool2d<2>{}, 1);
    laws::hold<Shape<2, 4, 6>>(AdaptiveMaxPool2d<2>{});
    laws::hold<Shape<2, 13, 9>>(AdaptiveMaxPool2d<6>{});
    laws::hold<Shape<1, 30, 30>>(AdaptiveMaxPool2d<1>{});
}
