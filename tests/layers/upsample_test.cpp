// Upsample against PyTorch.

#include "catch.hpp"
#include "golden/pooling.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/upsample.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(Upsample<2>::output_shape(dims(3, 4, 5)).dims == dims(3, 8, 10));
static_assert(Upsample<output_size<10, 14>, bilinear>::output_shape(dims(3, 4, 5)).dims == dims(3, 10, 14));
static_assert(Upsample<output_size<6>>::output_shape(dims(3, 4, 5)).dims == dims(3, 6, 6));
static_assert(Upsample<2>::geometry(dims(1, 2, 3)) == Upsample<2, nearest>::geometry(dims(1, 2, 3)));
static_assert(Upsample<2, bilinear, align_corners>::wrong_arguments == nullptr);
static_assert(Upsample<2, align_corners, bilinear>::wrong_arguments == nullptr);
static_assert(Upsample<>::wrong_arguments == &it_has_too_few_sizes);
static_assert(Upsample<bilinear>::wrong_arguments == &it_has_too_few_sizes);
static_assert(Upsample<output_size<1, 2, 3>>::wrong_arguments ==
              &its_options_take_one_number_or_one_for_each_dimension);
static_assert(Upsample<0>::wrong_arguments == &its_sizes_must_be_at_least_1);
static_assert(Upsample<output_size<4, 0>>::wrong_arguments == &its_sizes_must_be_at_least_1);
static_assert(Upsample<2, 3>::wrong_arguments == &it_has_too_many_sizes);
static_assert(Upsample<2, nearest, bilinear>::wrong_arguments == &write_each_of_its_options_once);
static_assert(Upsample<2, align_corners>::wrong_arguments == &align_corners_goes_with_bilinear);
static_assert(Upsample<2>::output_shape(dims(4, 5)).refusal ==
              &Upsample_takes_channels_rows_and_columns_in_a_shape_of_rank);

TEST_CASE("Upsample computes PyTorch's numbers: nearest") {
    namespace golden = golden::pooling;
    check_layer<Shape<2, 3, 5>>(Upsample<2>{}, golden::nearest_2);
    check_layer<Shape<2, 3, 2>>(Upsample<3>{}, golden::nearest_3);
    check_layer<Shape<1, 3, 4>>(Upsample<output_size<7, 5>>{}, golden::nearest_size);
    check_layer<Shape<2, 5, 9>>(Upsample<output_size<3, 4>>{}, golden::nearest_smaller);
}

TEST_CASE("Upsample computes PyTorch's numbers: bilinear") {
    namespace golden = golden::pooling;
    check_layer<Shape<2, 3, 5>>(Upsample<2, bilinear>{}, golden::bilinear_2);
    check_layer<Shape<2, 1, 1>>(Upsample<2, bilinear>{}, golden::bilinear_2_one);
    check_layer<Shape<1, 3, 4>>(Upsample<3, bilinear>{}, golden::bilinear_3);
    check_layer<Shape<1, 3, 4>>(Upsample<output_size<7, 5>, bilinear>{}, golden::bilinear_size);
    check_layer<Shape<2, 5, 9>>(Upsample<output_size<3, 4>, bilinear>{}, golden::bilinear_smaller);
    check_layer<Shape<2, 3, 5>>(Upsample<2, bilinear, align_corners>{}, golden::bilinear_2_aligned);
    check_layer<Shape<1, 3, 4>>(Upsample<output_size<7, 1>, bilinear, align_corners>{},
                                golden::bilinear_size_aligned);
}

TEST_CASE("Upsample: gradients, laws") {
    check_derivatives<Shape<2, 2, 3>>(Upsample<2>{});
    check_derivatives<Shape<2, 2, 3>>(Upsample<2, bilinear>{});
    check_derivatives<Shape<1, 4, 3>>(Upsample<output_size<3, 7>, bilinear, align_corners>{});
    check_derivatives<Shape<1, 4, 9>>(Upsample<output_size<5, 4>>{});
    laws::hold<Shape<2, 4, 6>>(Upsample<2>{});
    laws::hold<Shape<3, 7, 21>>(Upsample<2, bilinear>{});
    laws::hold<Shape<2, 3, 2>>(Upsample<output_size<5>, bilinear, align_corners>{});
}

TEST_CASE("Upsample: rows that are longer than its buffers") {
    const Upsample<3, bilinear> layer;
    layer_check::Run<Upsample<3, bilinear>, Shape<1, 2, 1500>, float> run(layer, 1);
    for (Size i = 0; i < run.x.size(); ++i) run.x[i] = static_cast<float>(i % 1500);
    run.forward();
    for (Size row = 0; row < 6; ++row)
        for (Size j = 1; j < 4499; ++j)
            REQUIRE(std::fabs(run.y[row * 4500 + j] - (static_cast<float>(j) - 1) / 3) <= 1e-3f);
    std::fill(run.dy.begin(), run.dy.end(), 1.0f);
    run.backward();
    for (Size i = 0; i < run.dx.size(); ++i) REQUIRE(std::fabs(run.dx[i] - 9) <= 1e-2f);
}
