// ConvTranspose2d against PyTorch: every option, in batches of 1, 5 and 17.

#include "catch.hpp"
#include "golden/convolution.hpp"
#include "laws/laws.hpp"
#include "layers/convolution_check.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/conv_transpose2d.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(ConvTranspose2d<8, 4, 2, stride<2>>::output_shape(dims(8, 7, 5)).dims == dims(4, 14, 10));
static_assert(ConvTranspose2d<4, 3, stride<2>, padding<1>, output_padding<1, 0>>::output_shape(dims(8, 7, 5))
                  .dims == dims(4, 14, 9));
static_assert(ConvTranspose2d<4, 6, kernel<3, 5>, groups<2>>::parameters(dims(4, 9, 9)).items[0].dims ==
              dims(4, 3, 3, 5));
static_assert(ConvTranspose2d<4, 6, 3>::parameters(dims(4, 9, 9)).items[1].dims == dims(6));
static_assert(ConvTranspose2d<4, 6, 3, groups<2>>::multiply_adds(dims(4, 5, 7)) == 4 * 5 * 7 * 3 * 9);
static_assert(ConvTranspose2d<4, 6, 3>::traits.keeps == Keeps::input);

static_assert(ConvTranspose2d<4, 6, 3>::wrong_arguments == nullptr);
static_assert(ConvTranspose2d<4>::wrong_arguments == &it_has_too_few_sizes);
static_assert(ConvTranspose2d<4, 6, 3, same_padding>::wrong_arguments == &it_has_no_such_option);
static_assert(ConvTranspose2d<4, 6, 3, PaddingMode::zeros>::wrong_arguments == &it_has_no_such_option);
static_assert(ConvTranspose2d<4, 6, 3, groups<4>>::wrong_arguments == &its_groups_must_divide_its_channels);
constexpr Reason too_much = &its_output_padding_must_be_smaller_than_its_stride_or_its_dilation;
static_assert(ConvTranspose2d<4, 6, 3, output_padding<1>>::wrong_arguments == too_much);
static_assert(ConvTranspose2d<4, 6, 3, stride<1, 2>, output_padding<1>>::wrong_arguments == too_much);
static_assert(ConvTranspose2d<4, 6, 3, dilation<2>, output_padding<1>>::wrong_arguments == nullptr);
static_assert(ConvTranspose2d<4, 6, 3, output_padding<-1>>::wrong_arguments ==
              &its_padding_must_be_at_least_0);

static_assert(ConvTranspose2d<4, 6, 3>::output_shape(dims(3, 9, 9)).refusal == &it_takes_as_many_channels_as);
static_assert(ConvTranspose2d<4, 6, 3>::output_shape(dims(9, 9)).refusal ==
              &it_takes_channels_rows_and_columns_in_a_shape_of_rank);
static_assert(ConvTranspose2d<6, 3, groups<2>>::output_shape(dims(3, 9, 9)).expected == dims(2));
static_assert(ConvTranspose2d<6, 3, stride<2>, padding<4, 1>>::output_shape(dims(3, 1, 1)).refusal ==
              &its_padding_takes_extents_of_at_least);
static_assert(ConvTranspose2d<6, 3, stride<2>, padding<4, 1>>::output_shape(dims(3, 1, 1)).expected ==
              dims(3, 4, 1));
static_assert(ConvTranspose2d<6, 3, stride<2>, padding<4, 1>>::output_shape(dims(3, 4, 1)).dims ==
              dims(6, 1, 1));

TEST_CASE("ConvTranspose2d says what would have fitted") {
    STATIC_REQUIRE(std::is_same_v<ConvTranspose2d<4, 6, 3, no_bias>::remedy<Shape<3, 9, 9>>,
                                  write_instead<ConvTranspose2d<3, 6, 3, no_bias>>>);
}

TEST_CASE("ConvTranspose2d computes PyTorch's numbers") {
    using namespace golden::convolution;
    check_layer<Shape<3, 3, 4>>(ConvTranspose2d<3, 2, 3>{}, transposed_plain);
    check_layer<Shape<3, 4, 3>>(ConvTranspose2d<2, 3, stride<2>, padding<1>>{}, transposed_stride_2);
    check_layer<Shape<2, 2, 3>>(ConvTranspose2d<2, 3, 3, stride<2>, padding<1>, output_padding<1>>{},
                                transposed_output_padding);
    check_layer<Shape<2, 3, 4>>(ConvTranspose2d<2, 3, 2, dilation<3>, padding<1, 2>, output_padding<2, 1>>{},
                                transposed_output_padding_2);
    check_layer<Shape<2, 2, 2>>(ConvTranspose2d<2, 3, kernel<2, 4>, stride<1, 3>, padding<0, 1>, no_bias>{},
                                transposed_kernel_2_4);
    check_layer<Shape<4, 2, 2>>(ConvTranspose2d<4, 6, 3, groups<2>, stride<2>>{}, transposed_groups_2);
    check_layer<Shape<4, 3, 4>>(ConvTranspose2d<4, 16, 3, groups<2>, padding<1>>{}, transposed_groups_large);
    check_layer<Shape<3, 2, 2>>(ConvTranspose2d<3, 3, 3, groups<3>, dilation<2>>{}, transposed_depthwise);
    check_layer<Shape<4, 8, 8>>(ConvTranspose2d<4, 3, 1>{}, transposed_pointwise);
}

TEST_CASE("ConvTranspose2d: gradients, laws") {
    check_derivatives<Shape<2, 3, 4>>(ConvTranspose2d<2, 3, 3, stride<2>, padding<1>, output_padding<1>>{});
    check_derivatives<Shape<2, 3, 4>>(
        ConvTranspose2d<2, 2, kernel<2, 3>, dilation<3>, padding<1>, output_padding<2>, no_bias, groups<2>>{},
        2);
    laws::hold<Shape<2, 3, 4>>(ConvTranspose2d<2, 3, 3, stride<2>, padding<1>, output_padding<1>>{});
    laws::hold<Shape<4, 3, 2>>(ConvTranspose2d<8, 2, stride<2>, groups<2>>{});
}

TEST_CASE("ConvTranspose2d draws PyTorch's initial values") {
    layer_check::check_initial_values<Shape<3, 9, 9>>(ConvTranspose2d<3, 8, kernel<2, 3>>{},
                                                      golden::convolution::conv_transpose2d_initial);
    layer_check::check_initial_values<Shape<4, 9, 9>>(ConvTranspose2d<4, 6, 3, groups<2>>{},
                                                      golden::convolution::conv_transpose2d_groups_initial);
}
