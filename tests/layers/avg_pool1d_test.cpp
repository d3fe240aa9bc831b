// AvgPool1d against PyTorch.

#include "catch.hpp"
#include "golden/pooling.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/avg_pool1d.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(AvgPool1d<2>::output_shape(dims(3, 11)).dims == dims(3, 5));
static_assert(AvgPool1d<>::wrong_arguments == &it_has_too_few_sizes);
static_assert(AvgPool1d<2, dilation<2>>::wrong_arguments == &it_has_no_such_option);
static_assert(AvgPool1d<kernel<2, 3>>::wrong_arguments ==
              &its_options_take_one_number_or_one_for_each_dimension);
static_assert(AvgPool1d<5, padding<1>>::output_shape(dims(2, 2)).expected == dims(2, 3));

TEST_CASE("AvgPool1d computes PyTorch's numbers") {
    namespace golden = golden::pooling;
    check_layer<Shape<3, 10>>(AvgPool1d<2>{}, golden::avg_1d_pairs);
    check_layer<Shape<2, 12>>(AvgPool1d<3, stride<2>, padding<1>, ceil_mode>{}, golden::avg_1d_options);
    check_layer<Shape<2, 11>>(AvgPool1d<4, stride<3>, padding<2>, no_count_include_pad>{},
                              golden::avg_1d_exclude);
    check_layer<Shape<1, 21>>(AvgPool1d<4, stride<1>>{}, golden::avg_1d_stride_1);
}

TEST_CASE("AvgPool1d: gradients, laws") {
    check_derivatives<Shape<2, 8>>(AvgPool1d<2>{});
    check_derivatives<Shape<2, 9>>(AvgPool1d<3, stride<2>, padding<1>>{});
    check_derivatives<Shape<1, 12>>(AvgPool1d<5, stride<4>, ceil_mode>{});
    laws::hold<Shape<2, 12>>(AvgPool1d<2>{});
    laws::hold<Shape<3, 9>>(AvgPool1d<3, stride<1>, padding<1>>{});
}
