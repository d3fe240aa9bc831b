// AvgPool2d against PyTorch.

#include "catch.hpp"
#include "golden/pooling.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/avg_pool2d.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(AvgPool2d<2>::output_shape(dims(10, 24, 25)).dims == dims(10, 12, 12));
static_assert(AvgPool2d<3, ceil_mode>::output_shape(dims(2, 7, 5)).dims == dims(2, 3, 2));
static_assert(AvgPool2d<3, no_count_include_pad, padding<1>>::wrong_arguments == nullptr);
static_assert(AvgPool2d<>::wrong_arguments == &it_has_too_few_sizes);
static_assert(AvgPool2d<3, dilation<2>>::wrong_arguments == &it_has_no_such_option);
static_assert(AvgPool2d<3, padding<2>>::wrong_arguments == &its_padding_must_be_at_most_half_the_kernel);
static_assert(AvgPool2d<3, false>::wrong_arguments == &its_options_are_names_and_not_false_or_true);
static_assert(AvgPool2d<4>::output_shape(dims(8)).refusal ==
              &a_pool_takes_channels_rows_and_columns_in_a_shape_of_rank);
static_assert(AvgPool2d<kernel<4, 2>>::output_shape(dims(3, 3, 3)).expected == dims(3, 4, 2));

TEST_CASE("AvgPool2d computes PyTorch's numbers") {
    namespace golden = golden::pooling;
    check_layer<Shape<2, 4, 6>>(AvgPool2d<2>{}, golden::avg_2d_pairs);
    check_layer<Shape<2, 7, 9>>(AvgPool2d<2>{}, golden::avg_2d_pairs_odd);
    check_layer<Shape<2, 9, 12>>(AvgPool2d<3, stride<2>, padding<1>>{}, golden::avg_2d_3_2_1);
    check_layer<Shape<2, 6, 7>>(AvgPool2d<3, stride<1>, padding<1>, no_count_include_pad>{},
                                golden::avg_2d_3_1_1_exclude);
    check_layer<Shape<1, 6, 8>>(AvgPool2d<3, stride<2>, padding<1>, ceil_mode>{}, golden::avg_2d_ceil);
    check_layer<Shape<1, 7, 8>>(
        AvgPool2d<kernel<4, 3>, stride<3, 2>, padding<2, 1>, ceil_mode, no_count_include_pad>{},
        golden::avg_2d_ceil_exclude);
    check_layer<Shape<2, 7, 5>>(AvgPool2d<3, ceil_mode>{}, golden::avg_2d_ceil_no_padding);
    check_layer<Shape<1, 8, 10>>(AvgPool2d<kernel<3, 2>, stride<1, 3>>{}, golden::avg_2d_stride_3);
    check_layer<Shape<3, 5, 5>>(AvgPool2d<5>{}, golden::avg_2d_whole);
    check_layer<Shape<1, 18, 19>>(AvgPool2d<17, stride<1>>{}, golden::avg_2d_large);
}

TEST_CASE("AvgPool2d: gradients, laws") {
    check_derivatives<Shape<2, 5, 6>>(AvgPool2d<2>{});
    check_derivatives<Shape<1, 5, 7>>(AvgPool2d<3, stride<1>, padding<1>>{});
    check_derivatives<Shape<2, 6, 5>>(AvgPool2d<3, stride<2>, padding<1>, ceil_mode, no_count_include_pad>{});
    check_derivatives<Shape<2, 3, 4>>(AvgPool2d<kernel<3, 4>>{});
    laws::hold<Shape<2, 4, 6>>(AvgPool2d<2>{});
    laws::hold<Shape<3, 9, 7>>(AvgPool2d<3, stride<2>, padding<1>>{});
    laws::hold<Shape<1, 20, 20>>(AvgPool2d<17, stride<3>>{});
}
