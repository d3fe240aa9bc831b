// MaxPool2d against PyTorch.

#include "catch.hpp"
#include "golden/pooling.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/max_pool2d.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(MaxPool2d<2>::output_shape(dims(10, 24, 24)).dims == dims(10, 12, 12));
static_assert(MaxPool2d<3, stride<2>, padding<1>>::output_shape(dims(64, 112, 112)).dims == dims(64, 56, 56));
static_assert(MaxPool2d<kernel<2, 3>, stride<3, 1>, padding<1, 0>>::output_shape(dims(2, 7, 5)).dims ==
              dims(2, 3, 3));
static_assert(MaxPool2d<2, ceil_mode>::output_shape(dims(1, 5, 7)).dims == dims(1, 3, 4));
static_assert(MaxPool2d<2, stride<3>, ceil_mode, padding<1>>::output_shape(dims(1, 3, 5)).dims ==
                  dims(1, 2, 2),
              "a window may not begin in the padding behind");
static_assert(MaxPool2d<2>::saved(dims(10, 24, 24)) == 360, "a byte per window, four in an element");
static_assert(MaxPool2d<17>::saved(dims(1, 18, 17)) == 1);
static_assert(test::Model<Sequential<Input<1, 4, 4>, MaxPool2d<2>>>::parameter_count == 0);

// What its arguments may not be.
static_assert(MaxPool2d<kernel<2, 3>, ceil_mode, dilation<2>>::wrong_arguments == nullptr);
static_assert(MaxPool2d<>::wrong_arguments == &it_has_too_few_sizes);
static_assert(MaxPool2d<stride<2>>::wrong_arguments == &it_has_too_few_sizes);
static_assert(MaxPool2d<3, 2>::wrong_arguments == &it_has_too_many_sizes);
static_assert(MaxPool2d<3, no_count_include_pad>::wrong_arguments == &it_has_no_such_option);
static_assert(MaxPool2d<3, groups<2>>::wrong_arguments == &it_has_no_such_option);
static_assert(MaxPool2d<3, padding<2>>::wrong_arguments == &its_padding_must_be_at_most_half_the_kernel);
static_assert(MaxPool2d<kernel<3, 1>, padding<1>>::wrong_arguments ==
              &its_padding_must_be_at_most_half_the_kernel);
static_assert(MaxPool2d<0>::wrong_arguments == &its_sizes_must_be_at_least_1);
static_assert(MaxPool2d<2, stride<2>, stride<2>>::wrong_arguments == &write_each_of_its_options_once);

// What its input may not be.
static_assert(MaxPool2d<2>::output_shape(dims(24, 24)).refusal ==
              &a_pool_takes_channels_rows_and_columns_in_a_shape_of_rank);
static_assert(MaxPool2d<2>::output_shape(dims(24, 24)).expected == dims(3));
static_assert(MaxPool2d<kernel<5, 3>, padding<1>>::output_shape(dims(2, 2, 4)).refusal ==
              &its_window_takes_extents_of_at_least);
static_assert(MaxPool2d<kernel<5, 3>, padding<1>>::output_shape(dims(2, 2, 4)).expected == dims(2, 3, 1));
static_assert(MaxPool2d<3, dilation<2>>::output_shape(dims(1, 4, 9)).expected == dims(1, 5, 5));
static_assert(MaxPool2d<2, dilation<3>, padding<1>>::output_shape(dims(1, 2, 9)).expected == dims(1, 3, 3),
              "a window would step over the two rows");

TEST_CASE("MaxPool2d computes PyTorch's numbers") {
    namespace golden = golden::pooling;
    check_layer<Shape<2, 4, 6>>(MaxPool2d<2>{}, golden::max_2d_pairs);
    check_layer<Shape<2, 7, 9>>(MaxPool2d<2>{}, golden::max_2d_pairs_odd);
    check_layer<Shape<3, 4, 38>>(MaxPool2d<2>{}, golden::max_2d_pairs_equal);
    check_layer<Shape<2, 6, 7>>(MaxPool2d<3, stride<1>, padding<1>>{}, golden::max_2d_equal);
    check_layer<Shape<2, 9, 12>>(MaxPool2d<3, stride<2>, padding<1>>{}, golden::max_2d_3_2_1);
    check_layer<Shape<1, 6, 5>>(MaxPool2d<3, stride<2>, padding<1>, ceil_mode>{}, golden::max_2d_ceil);
    check_layer<Shape<2, 5, 7>>(MaxPool2d<2, ceil_mode>{}, golden::max_2d_ceil_pairs);
    check_layer<Shape<2, 2, 5>>(MaxPool2d<3, stride<2>, ceil_mode>{}, golden::max_2d_larger_than_input);
    check_layer<Shape<2, 7, 5>>(MaxPool2d<kernel<2, 3>, stride<3, 1>, padding<1, 0>>{},
                                golden::max_2d_rectangle);
    check_layer<Shape<2, 7, 11>>(MaxPool2d<3, stride<1, 2>, padding<1>, dilation<2, 3>>{},
                                 golden::max_2d_dilation);
    check_layer<Shape<1, 8, 10>>(MaxPool2d<2, stride<3>>{}, golden::max_2d_stride_3);
    check_layer<Shape<1, 18, 17>>(MaxPool2d<17>{}, golden::max_2d_large);
}

TEST_CASE("MaxPool2d: gradients, laws") {
    check_derivatives<Shape<2, 5, 6>>(MaxPool2d<2>{});
    check_derivatives<Shape<1, 5, 7>>(MaxPool2d<3, stride<1>, padding<1>>{});
    check_derivatives<Shape<2, 6, 5>>(MaxPool2d<3, stride<2>, padding<1>, ceil_mode>{});
    laws::hold<Shape<2, 4, 6>>(MaxPool2d<2>{});
    laws::hold<Shape<3, 9, 7>>(MaxPool2d<3, stride<2>, padding<1>>{});
    laws::hold<Shape<1, 20, 20>>(MaxPool2d<17>{});
}

namespace {

constexpr float no_number = layer_check::not_a_number, infinity = layer_check::infinity;

/// y and the gradient of sum(y) for one image of two rows.
template <class Layer, Size N>
std::pair<std::vector<float>, std::vector<float>> pass(const Layer& layer, const float (&x)[N]) {
    layer_check::Run<Layer, Shape<1, 2, N / 2>, float> run(layer, 1);
    std::copy(x, x + N, run.x.begin());
    std::fill(run.dy.begin(), run.dy.end(), 1.0f);
    run.forward();
    run.backward();
    return {run.y, run.dx};
}

}  // namespace

TEST_CASE("MaxPool2d at its ends: the first of equals, NaN, infinities") {
    const float x[] = {1, 1, no_number, 2, -infinity, -infinity, infinity, 3,  //
                       1, 0, 5,         6, -infinity, -infinity, infinity, 0};
    const auto check = [&](const auto& layer) {
        const auto [y, dx] = pass(layer, x);
        CHECK(y[0] == 1);
        CHECK(std::isnan(y[1]));
        CHECK(y[2] == -infinity);
        CHECK(y[3] == infinity);
        CHECK(dx == std::vector<float>{1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    };
    check(MaxPool2d<2>{});
    check(MaxPool2d<2, dilation<1>, ceil_mode>{});
    // The padding is never the largest, and takes no gradient; of several NaN the last one does, as in
    // PyTorch.
    const auto [y, dx] =
        pass(MaxPool2d<3, stride<2>, padding<1>>{}, {-infinity, -infinity, no_number, no_number});
    CHECK(std::isnan(y[0]));
    CHECK(dx == std::vector<float>{0, 0, 0, 1});
    CHECK(pass(MaxPool2d<3, stride<2>, padding<1>>{}, {-infinity, -infinity, -infinity, -infinity}).second ==
          std::vector<float>{1, 0, 0, 0});
}
