// Conv1d against PyTorch: every option, in batches of 1, 5 and 17.

#include "catch.hpp"
#include "golden/convolution.hpp"
#include "laws/laws.hpp"
#include "layers/convolution_check.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/conv1d.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(Conv1d<2, 3, 5, stride<2>, padding<1>>::output_shape(dims(2, 9)).dims == dims(3, 4));
static_assert(Conv1d<8, kernel<4>, same_padding, dilation<3>, groups<2>>::output_shape(dims(4, 9)).dims ==
              dims(8, 9));
static_assert(Conv1d<4, 6, 5, groups<2>>::parameters(dims(4, 9)).items[0].dims == dims(6, 2, 5));
static_assert(Conv1d<4, 6, 5>::parameters(dims(4, 9)).items[1].dims == dims(6));
static_assert(Conv1d<4, 6, 3>::multiply_adds(dims(4, 7)) == 6 * 5 * 4 * 3);
static_assert(Conv1d<4, 6, 3>::traits.keeps == Keeps::input);

static_assert(Conv1d<2, 3, kernel<3, 5>>::wrong_arguments ==
              &its_options_take_one_number_or_one_for_each_dimension);
static_assert(Conv1d<3>::wrong_arguments == &it_has_too_few_sizes);
static_assert(Conv1d<2, 3, 5>::output_shape(dims(2, 4)).refusal == &its_kernel_takes_extents_of_at_least);
static_assert(Conv1d<2, 3, 5>::output_shape(dims(2, 4)).expected == dims(2, 5));
static_assert(Conv1d<2, 3, 5>::output_shape(dims(3, 9)).refusal == &it_takes_as_many_channels_as);
static_assert(Conv1d<2, 3, 5>::output_shape(dims(2, 9, 9)).refusal ==
              &it_takes_channels_and_a_length_in_a_shape_of_rank);
static_assert(Conv1d<2, 3, 5>::output_shape(dims(2, 9, 9)).expected == dims(2));

TEST_CASE("Conv1d says what would have fitted") {
    STATIC_REQUIRE(std::is_same_v<Conv1d<1, 3, 5>::remedy<Shape<9>>, put_before_it<Reshape<1, 9>>>);
    STATIC_REQUIRE(std::is_same_v<Conv1d<2, 3, 5>::remedy<Shape<9, 2>>, put_its_channels_first<Shape<2, 9>>>);
    STATIC_REQUIRE(std::is_same_v<Conv1d<2, 3, 5>::remedy<Shape<4, 9>>, write_instead<Conv1d<4, 3, 5>>>);
}

TEST_CASE("Conv1d computes PyTorch's numbers") {
    using namespace golden::convolution;
    check_layer<Shape<2, 8>>(Conv1d<2, 3, 3, stride<2>>{}, conv1d_stride_2);
    check_layer<Shape<2, 9>>(Conv1d<3, 5, padding<2>>{}, conv1d_padding_2);
    check_layer<Shape<2, 7>>(Conv1d<2, 3, 4, same_padding>{}, conv1d_same_even);
    check_layer<Shape<2, 9>>(Conv1d<2, 3, 3, dilation<2>, padding<1>>{}, conv1d_dilation_2);
    check_layer<Shape<4, 7>>(Conv1d<4, 6, 3, groups<2>, no_bias>{}, conv1d_groups_2);
    check_layer<Shape<3, 7>>(Conv1d<3, 6, 3, groups<3>, padding<1>>{}, conv1d_depthwise);
    check_layer<Shape<3, 70>>(Conv1d<3, 4, 1>{}, conv1d_pointwise);
    check_layer<Shape<2, 5>>(Conv1d<2, 3, 3, padding<2>, PaddingMode::reflect>{}, conv1d_reflect);
    check_layer<Shape<2, 3>>(Conv1d<2, 3, 3, padding<4>, stride<2>, PaddingMode::replicate>{},
                             conv1d_replicate);
    check_layer<Shape<2, 3>>(Conv1d<2, 3, 3, padding<3>, PaddingMode::circular>{}, conv1d_circular);
}

TEST_CASE("Conv1d: gradients, laws") {
    check_derivatives<Shape<2, 9>>(Conv1d<2, 3, 3, stride<2>, padding<1>>{});
    check_derivatives<Shape<2, 6>>(Conv1d<2, 4, 3, groups<2>, same_padding, PaddingMode::reflect, no_bias>{});
    laws::hold<Shape<2, 9>>(Conv1d<2, 3, 3, stride<2>, padding<1>>{});
    laws::hold<Shape<4, 6>>(Conv1d<8, 3, groups<4>, same_padding, PaddingMode::circular>{});
}

TEST_CASE("Conv1d draws PyTorch's initial values") {
    layer_check::check_initial_values<Shape<3, 9>>(Conv1d<3, 8, 3>{}, golden::convolution::conv1d_initial);
}
