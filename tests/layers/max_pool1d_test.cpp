// MaxPool1d against PyTorch.

#include "catch.hpp"
#include "golden/pooling.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/max_pool1d.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(MaxPool1d<2>::output_shape(dims(3, 11)).dims == dims(3, 5));
static_assert(MaxPool1d<2, ceil_mode>::output_shape(dims(3, 11)).dims == dims(3, 6));
static_assert(MaxPool1d<2>::saved(dims(3, 11)) == 4);
static_assert(MaxPool1d<kernel<2>>::wrong_arguments == nullptr);
static_assert(MaxPool1d<>::wrong_arguments == &it_has_too_few_sizes);
static_assert(MaxPool1d<2, stride<1, 2>>::wrong_arguments ==
              &its_options_take_one_number_or_one_for_each_dimension);
static_assert(MaxPool1d<2, padding<2>>::wrong_arguments == &its_padding_must_be_at_most_half_the_kernel);
static_assert(MaxPool1d<2>::output_shape(dims(1, 4, 4)).refusal ==
              &a_pool_takes_channels_and_a_length_in_a_shape_of_rank);
static_assert(MaxPool1d<4, dilation<2>, padding<1>>::output_shape(dims(2, 4)).expected == dims(2, 5));

TEST_CASE("MaxPool1d computes PyTorch's numbers") {
    namespace golden = golden::pooling;
    check_layer<Shape<3, 10>>(MaxPool1d<2>{}, golden::max_1d_pairs);
    check_layer<Shape<2, 11>>(MaxPool1d<2>{}, golden::max_1d_pairs_odd);
    check_layer<Shape<2, 12>>(MaxPool1d<3, stride<2>, padding<1>, dilation<2>, ceil_mode>{},
                              golden::max_1d_options);
    check_layer<Shape<1, 21>>(MaxPool1d<4, stride<1>>{}, golden::max_1d_stride_1);
}

TEST_CASE("MaxPool1d: gradients, laws") {
    check_derivatives<Shape<2, 8>>(MaxPool1d<2>{});
    check_derivatives<Shape<2, 9>>(MaxPool1d<3, stride<2>, padding<1>>{});
    laws::hold<Shape<2, 12>>(MaxPool1d<2>{});
    laws::hold<Shape<3, 9>>(MaxPool1d<3, stride<1>, padding<1>>{});
}
