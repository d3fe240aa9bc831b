// Conv2d against PyTorch: every option, on odd sizes, in batches of 1, 5 and 17.

#include "catch.hpp"
#include "golden/convolution.hpp"
#include "laws/laws.hpp"
#include "layers/convolution_check.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/conv2d.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(Conv2d<1, 32, 3, stride<2>, padding<1>>::output_shape(dims(1, 28, 28)).dims ==
              dims(32, 14, 14));
static_assert(Conv2d<32, 3>::output_shape(dims(5, 28, 30)).dims == dims(32, 26, 28));
static_assert(Conv2d<8, kernel<3, 5>, same_padding, dilation<2, 1>, groups<4>, no_bias,
                     PaddingMode::reflect>::output_shape(dims(4, 9, 7))
                  .dims == dims(8, 9, 7));
static_assert(Conv2d<3, 4, 4, stride<2, 3>, padding<1, 0>>::output_shape(dims(3, 8, 8)).dims ==
              dims(4, 4, 2));
static_assert(Conv2d<3, 4, 3>::traits.keeps == Keeps::input && !Conv2d<3, 4, 3>::traits.in_place);
static_assert(Conv2d<4, 6, kernel<3, 5>, groups<2>>::parameters(dims(4, 9, 9)).items[0].dims ==
              dims(6, 2, 3, 5));
static_assert(Conv2d<4, 6, 3>::parameters(dims(4, 9, 9)).items[1].dims == dims(6));
static_assert(decltype(Conv2d<4, 6, 3, no_bias>::parameters(dims(4, 9, 9)))::count == 1);
static_assert(Conv2d<4, 6, 3, groups<2>>::multiply_adds(dims(4, 5, 7)) == 6 * 3 * 5 * 2 * 9);
static_assert(Conv2d<4, 6, 3>::input_shape().elements() == 0);

// Options mean what they mean in any order.
static_assert(Conv2d<4, 6, 3, stride<2>, groups<2>, padding<1>>::geometry(dims(4, 9, 9)) ==
              Conv2d<6, kernel<3>, padding<1, 1>, groups<2>, stride<2, 2>, PaddingMode::zeros>::geometry(
                  dims(4, 9, 9)));
// As much padding as keeps the extents, the larger part behind.
static_assert(Conv2d<1, 1, kernel<4, 2>, same_padding, dilation<2, 1>>::geometry(dims(1, 9, 9)).rows.before ==
              3);
static_assert(Conv2d<1, 1, kernel<4, 2>, same_padding>::geometry(dims(1, 9, 9)).columns.before == 0);
static_assert(Conv2d<1, 1, kernel<4, 2>, same_padding>::geometry(dims(1, 9, 9)).columns.after == 1);

// What its arguments may not be.
static_assert(Conv2d<1, 32, 3>::wrong_arguments == nullptr);
static_assert(Conv2d<32, kernel<3, 1>>::wrong_arguments == nullptr);
static_assert(Conv2d<>::wrong_arguments == &it_has_too_few_sizes);
static_assert(Conv2d<32>::wrong_arguments == &it_has_too_few_sizes);
static_assert(Conv2d<1, 32, 3, 2>::wrong_arguments == &it_has_too_many_sizes);
static_assert(Conv2d<1, 32, 3, kernel<3>>::wrong_arguments == &it_has_too_many_sizes);
static_assert(Conv2d<stride<2>, 32, 3>::wrong_arguments == &write_its_sizes_in_front_of_its_options);
static_assert(Conv2d<32, kernel<3>, 1>::wrong_arguments == &write_its_sizes_in_front_of_its_options);
static_assert(Conv2d<1, 32, 3, stride<2>, stride<2>>::wrong_arguments == &write_each_of_its_options_once);
static_assert(Conv2d<1, 32, 3, padding<1>, same_padding>::wrong_arguments == &write_padding_or_same_padding);
static_assert(Conv2d<1, 32, 3, ceil_mode>::wrong_arguments == &it_has_no_such_option);
static_assert(Conv2d<1, 32, 3, output_padding<1>>::wrong_arguments == &it_has_no_such_option);
static_assert(Conv2d<1, 32, 3, Keeps::input>::wrong_arguments == &it_has_no_such_option);
static_assert(Conv2d<1, 32, 3, false>::wrong_arguments == &its_options_are_names_and_not_false_or_true);
constexpr Reason at_least_1 = &its_sizes_must_be_at_least_1;
static_assert(Conv2d<0, 32, 3>::wrong_arguments == at_least_1);
static_assert(Conv2d<1, -2, 3>::wrong_arguments == at_least_1);
static_assert(Conv2d<1, 32, 0>::wrong_arguments == at_least_1);
static_assert(Conv2d<1, 32, kernel<3, 0>>::wrong_arguments == at_least_1);
constexpr Reason steps_at_least_1 = &its_stride_dilation_and_groups_must_be_at_least_1;
static_assert(Conv2d<1, 32, 3, stride<0>>::wrong_arguments == steps_at_least_1);
static_assert(Conv2d<1, 32, 3, dilation<1, 0>>::wrong_arguments == steps_at_least_1);
static_assert(Conv2d<1, 32, 3, groups<0>>::wrong_arguments == steps_at_least_1);
static_assert(Conv2d<1, 32, 3, padding<-1>>::wrong_arguments == &its_padding_must_be_at_least_0);
constexpr Reason one_each = &its_options_take_one_number_or_one_for_each_dimension;
static_assert(Conv2d<1, 32, kernel<3, 3, 3>>::wrong_arguments == one_each);
static_assert(Conv2d<1, 32, 3, stride<>>::wrong_arguments == one_each);
static_assert(Conv2d<1, 32, 3, padding<0, 1, 0, 1>>::wrong_arguments == one_each);
static_assert(Conv2d<1, 32, 3, stride<1, 2>, same_padding>::wrong_arguments ==
              &same_padding_takes_a_stride_of_1);
static_assert(Conv2d<3, 32, 3, groups<2>>::wrong_arguments == &its_groups_must_divide_its_channels);
static_assert(Conv2d<33, 3, groups<2>>::wrong_arguments == &its_groups_must_divide_its_channels);

// What its input may not be, and what would have fitted.
template <auto... Arguments>
constexpr ShapeOutcome of(Dims given) {
    return Conv2d<Arguments...>::output_shape(given);
}
constexpr bool refuses(const ShapeOutcome& outcome, Reason why, Dims expected) {
    return outcome.refusal == why && outcome.expected == expected;
}
static_assert(refuses(of<32, 3>(dims(28, 28)), &it_takes_channels_rows_and_columns_in_a_shape_of_rank,
                      dims(3)));
static_assert(refuses(of<32, 3>(dims()), &it_takes_channels_rows_and_columns_in_a_shape_of_rank, dims(3)));
static_assert(refuses(of<1, 32, 3>(dims(3, 28, 28)), &it_takes_as_many_channels_as, dims(1)));
static_assert(refuses(of<32, 3, groups<4>>(dims(6, 28, 28)),
                      &its_groups_take_a_number_of_channels_that_is_a_multiple_of, dims(4)));
static_assert(refuses(of<2, kernel<3, 5>, dilation<2>, padding<0, 1>>(dims(1, 4, 7)),
                      &its_kernel_takes_extents_of_at_least, dims(1, 5, 7)));
static_assert(of<2, kernel<3, 5>, dilation<2>, padding<0, 1>>(dims(1, 5, 7)).dims == dims(2, 1, 1));
static_assert(refuses(of<2, 3, padding<3, 2>, PaddingMode::reflect>(dims(1, 3, 3)),
                      &its_reflect_padding_takes_extents_of_at_least, dims(1, 4, 3)));
static_assert(refuses(of<2, 3, padding<3, 4>, PaddingMode::circular>(dims(1, 3, 3)),
                      &its_circular_padding_takes_extents_of_at_least, dims(1, 3, 4)));
static_assert(of<2, 3, padding<9>, PaddingMode::replicate>(dims(1, 1, 1)).refusal == nullptr);

TEST_CASE("Conv2d says what would have fitted") {
    STATIC_REQUIRE(std::is_same_v<Conv2d<1, 32, 3, no_bias>::remedy<Shape<3, 28, 28>>,
                                  write_instead<Conv2d<3, 32, 3, no_bias>>>);
    STATIC_REQUIRE(
        std::is_same_v<Conv2d<1, 32, 3>::remedy<Shape<28, 27>>, put_before_it<Reshape<1, 28, 27>>>);
    STATIC_REQUIRE(
        std::is_same_v<Conv2d<3, 32, 3>::remedy<Shape<28, 27, 3>>, put_its_channels_first<Shape<3, 28, 27>>>);
    STATIC_REQUIRE(std::is_same_v<Conv2d<3, 32, 3>::remedy<Shape<3, 2, 2>>, change_it_or_a_layer_before_it>);
}

TEST_CASE("Conv2d computes PyTorch's numbers") {
    using namespace golden::convolution;
    check_layer<Shape<2, 7, 5>>(Conv2d<2, 3, 3, stride<2>>{}, stride_2);
    check_layer<Shape<1, 6, 5>>(Conv2d<1, 4, 3, padding<1>>{}, padding_1);
    check_layer<Shape<2, 4, 5>>(Conv2d<3, 5, padding<2>>{}, padding_2);
    check_layer<Shape<2, 5, 6>>(Conv2d<2, 3, kernel<4, 2>, same_padding>{}, same_even);
    check_layer<Shape<2, 6, 5>>(Conv2d<2, 3, 3, dilation<2>, padding<1>>{}, dilation_2);
    check_layer<Shape<2, 7, 6>>(Conv2d<2, 3, kernel<3, 5>, stride<2, 1>, padding<1, 2>>{}, kernel_3_5);
    check_layer<Shape<2, 3, 3>>(Conv2d<2, 3, 2, no_bias>{}, without_bias);
    check_layer<Shape<2, 3, 4>>(Conv2d<2, 5, kernel<3, 4>>{}, whole_image);
    check_layer<Shape<1, 7, 9>>(Conv2d<1, 2, 2, stride<3>>{}, windows_apart);
}

TEST_CASE("Conv2d in groups computes PyTorch's numbers") {
    using namespace golden::convolution;
    check_layer<Shape<4, 5, 5>>(Conv2d<4, 6, 3, groups<2>, padding<1>>{}, groups_2);
    check_layer<Shape<16, 4, 5>>(Conv2d<16, 4, 3, groups<2>, stride<2>, padding<1>>{}, groups_large);
    check_layer<Shape<3, 3, 4>>(Conv2d<3, 3, 3, groups<3>, padding<1>>{}, depthwise);
    check_layer<Shape<3, 5, 5>>(Conv2d<3, 6, 3, groups<3>, stride<2>>{}, depthwise_double);
    check_layer<Shape<3, 4, 3>>(Conv2d<3, 3, 3, groups<3>, padding<2>, PaddingMode::reflect>{},
                                depthwise_reflect);
}

TEST_CASE("Conv2d with a kernel of one pixel computes PyTorch's numbers") {
    using namespace golden::convolution;
    check_layer<Shape<5, 3, 3>>(Conv2d<5, 4, 1>{}, pointwise);
    check_layer<Shape<5, 3, 3>>(Conv2d<5, 4, 1>{}, pointwise_single);
    check_layer<Shape<3, 8, 9>>(Conv2d<3, 2, 1>{}, pointwise_large);
}

TEST_CASE("Conv2d pads as PyTorch does") {
    using namespace golden::convolution;
    check_layer<Shape<2, 5, 3>>(Conv2d<2, 3, 3, padding<2>, PaddingMode::reflect>{}, reflect);
    check_layer<Shape<2, 4, 4>>(
        Conv2d<2, 3, kernel<2, 3>, same_padding, dilation<3, 1>, PaddingMode::reflect>{}, reflect_same);
    check_layer<Shape<2, 2, 5>>(Conv2d<2, 3, 3, stride<2>, padding<3, 1>, PaddingMode::replicate>{},
                                replicate);
    check_layer<Shape<2, 4, 3>>(Conv2d<2, 3, 3, padding<2, 3>, PaddingMode::circular>{}, circular);
}

TEST_CASE("Conv2d: gradients, laws") {
    check_derivatives<Shape<2, 7, 5>>(Conv2d<2, 3, 3, stride<2>, padding<1>>{});
    check_derivatives<Shape<2, 4, 5>>(Conv2d<2, 3, kernel<2, 3>, same_padding, dilation<2>>{}, 2);
    check_derivatives<Shape<4, 4, 5>>(
        Conv2d<4, 4, 3, groups<2>, no_bias, padding<1>, PaddingMode::circular>{}, 2);
    check_derivatives<Shape<2, 4, 4>>(Conv2d<2, 4, 3, groups<2>, padding<2>, PaddingMode::replicate>{}, 2);
    laws::hold<Shape<2, 7, 5>>(Conv2d<2, 3, 3, stride<2>, padding<1>>{});
    laws::hold<Shape<4, 4, 5>>(Conv2d<8, 3, groups<4>, same_padding, PaddingMode::reflect>{});
    laws::hold<Shape<3, 4, 5>>(Conv2d<3, 2, 1, no_bias>{});
}

TEST_CASE("Conv2d draws PyTorch's initial values") {
    layer_check::check_initial_values<Shape<3, 9, 9>>(Conv2d<3, 8, kernel<3, 5>>{},
                                                      golden::convolution::conv2d_initial);
    layer_check::check_initial_values<Shape<4, 9, 9>>(Conv2d<4, 6, 3, groups<2>>{},
                                                      golden::convolution::conv2d_groups_initial);
}
