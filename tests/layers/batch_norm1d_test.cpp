// BatchNorm1d against PyTorch: training, its running statistics, inference.

#include "catch.hpp"
#include "golden/normalization.hpp"
#include "layers/layer_check.hpp"
#include "layers/norm_check.hpp"

#include <strata/layers/batch_norm1d.hpp>

using namespace strata;
using namespace norm_check;
namespace golden_norm = golden::normalization;

static_assert(BatchNorm1d<>::output_shape(dims(5)).dims == dims(5));
static_assert(BatchNorm1d<5>::output_shape(dims(5, 3)).dims == dims(5, 3));
static_assert(BatchNorm1d<>{}.eps == 1e-5 && BatchNorm1d<>{}.momentum == 0.1);
static_assert(BatchNorm1d<>::traits.keeps == Keeps::input && BatchNorm1d<>::traits.in_place);
static_assert(BatchNorm1d<no_affine>::traits.keeps == Keeps::output);
static_assert(BatchNorm1d<>::parameters(dims(5)).items[0].dims == dims(5));
static_assert(BatchNorm1d<>::parameters(dims(5, 3)).items[3].dims == dims(5));
static_assert(BatchNorm1d<>::parameters(dims(5)).items[3].kind == ParameterKind::buffer);
static_assert(BatchNorm1d<>::parameters(dims(5)).items[4].kind == ParameterKind::counter);
static_assert(BatchNorm1d<>::parameters(dims(5)).items[4].dims == dims());
static_assert(BatchNorm1d<no_affine>::parameters(dims(5)).count == 3);
static_assert(BatchNorm1d<no_running_statistics>::parameters(dims(5)).count == 2);
static_assert(BatchNorm1d<no_affine, no_running_statistics>::parameters(dims(5)).count == 0);
static_assert(BatchNorm1d<>::saved_once(dims(5, 3)) == 15 &&
              BatchNorm1d<no_affine>::saved_once(dims(5)) == 5);

// Wrong channels and ranks are refused.
static_assert(BatchNorm1d<4>::output_shape(dims(5, 3)).refusal == &it_normalizes_as_many_channels_as);
static_assert(BatchNorm1d<4>::output_shape(dims(5, 3)).expected == dims(4));
static_assert(BatchNorm1d<>::output_shape(dims(1, 2, 3)).refusal ==
              &BatchNorm1d_takes_channels_or_channels_and_a_length_in_a_shape_of_rank_1_or);
static_assert(BatchNorm1d<>::output_shape(dims()).expected == dims(2));
static_assert(BatchNorm1d<0>::wrong_arguments == &its_sizes_must_be_at_least_1);
static_assert(BatchNorm1d<no_affine, 5>::wrong_arguments == &write_its_sizes_in_front_of_its_options);
static_assert(BatchNorm1d<5, false>::wrong_arguments == &its_options_are_names_and_not_false_or_true);
static_assert(BatchNorm1d<5, no_bias>::wrong_arguments == &it_has_no_such_option);
static_assert(BatchNorm1d<no_affine, no_affine>::wrong_arguments == &write_each_of_its_options_once);
static_assert(BatchNorm1d<4, 5>::wrong_arguments == &it_has_too_many_sizes);

TEST_CASE("BatchNorm1d computes PyTorch's numbers") {
    check_layer<Shape<5>>(BatchNorm1d<5>{}, golden_norm::batch_norm1d_rows);
    check_layer<Shape<3, 19>>(BatchNorm1d<>{.eps = 1e-2}, golden_norm::batch_norm1d_length);
    check_layer<Shape<3, 4>>(BatchNorm1d<>{}, golden_norm::batch_norm1d_single);
    check_layer<Shape<70>>(BatchNorm1d<no_affine>{}, golden_norm::batch_norm1d_wide);
    check_layer<Shape<5>>(BatchNorm1d<no_running_statistics>{}, golden_norm::batch_norm1d_far);
}

TEST_CASE("BatchNorm1d: first values, running statistics and inference are PyTorch's") {
    check_trained<Shape<5>>(BatchNorm1d<>{}, golden_norm::batch_norm1d_trained);
    check_trained<Shape<3, 17>>(BatchNorm1d<>{.momentum = cumulative_average},
                                golden_norm::batch_norm1d_cumulative);
    check_trained<Shape<4>>(BatchNorm1d<no_affine>{.momentum = 0.3}, golden_norm::batch_norm1d_no_affine);
}

TEST_CASE("BatchNorm1d: gradients") {
    layer_check::check_derivatives<Shape<5>>(BatchNorm1d<>{});
    layer_check::check_derivatives<Shape<3, 4>>(BatchNorm1d<>{.eps = 0.1}, 2);
    layer_check::check_derivatives<Shape<2, 9>>(BatchNorm1d<>{}, 2);
    layer_check::check_derivatives<Shape<5>>(BatchNorm1d<no_affine>{}, 4);
    layer_check::check_derivatives<Shape<2, 18>>(BatchNorm1d<no_affine>{}, 2);
}

TEST_CASE("BatchNorm1d in a model: the running statistics are the model's") {
    check_model<Shape<5>>(BatchNorm1d<5>{}, golden_norm::batch_norm1d_trained);
    check_model<Shape<4>>(BatchNorm1d<no_affine>{.momentum = 0.3}, golden_norm::batch_norm1d_no_affine);
}

TEST_CASE("BatchNorm1d without running statistics infers what it trains") {
    check_inference<Shape<5>>(BatchNorm1d<no_running_statistics>{});
    check_inference<Shape<3, 20>>(BatchNorm1d<no_affine, no_running_statistics>{});
}

TEST_CASE("BatchNorm1d: a NaN stays in its channel") {
    check_not_a_number<Shape<70>>(BatchNorm1d<>{}, 3, 70 + 7, [](Size i) { return i % 70 == 7; });
    check_not_a_number<Shape<3, 21>>(BatchNorm1d<>{}, 3, 63 + 41, [](Size i) { return i / 21 % 3 == 1; });
    check_not_a_number<Shape<3, 2>>(BatchNorm1d<no_affine>{}, 70, 3, [](Size i) { return i / 2 % 3 == 1; });
}

TEST_CASE("BatchNorm1d in float is as good as in double") {
    check_precision<Shape<3>>(BatchNorm1d<>{}, 300, 1000, 1000);
    check_precision<Shape<1, 9000>>(BatchNorm1d<>{}, 2, -500, -500);
    check_precision<Shape<1, 100>>(BatchNorm1d<>{}, 50, 10, 100);
    check_precision<Shape<17>>(BatchNorm1d<no_affine>{}, 200, 3, -1000);
}

TEST_CASE("BatchNorm1d refuses to train on a single value per channel") {
    const char* const message = "strata: BatchNorm1d: training takes more than 1 value per channel, and the "
                                "batch has 1 sample with 1 "
                                "value in each of 3 channels";
    const BatchNorm1d<> layer;
    Run<BatchNorm1d<>, Shape<3>, float> run(layer, 1);
    CHECK_THROWS_AS(run.forward(), ValueError);
    CHECK_THROWS_WITH(run.forward(), message);
    CHECK(run.buffers[6] == 0);  // not counted
    run.infer();                 // which does not need a second one
    const BatchNorm1d<no_running_statistics> own;
    Run<BatchNorm1d<no_running_statistics>, Shape<3, 1>, float> run_own(own, 1);
    CHECK_THROWS_WITH(run_own.forward(), message);
    CHECK_THROWS_WITH(run_own.infer(), message);
}

TEST_CASE("BatchNorm1d: a batch without samples changes nothing") {
    const BatchNorm1d<> layer;
    Run<BatchNorm1d<>, Shape<3>, float> run(layer, 0);
    run.forward();
    run.backward();
    CHECK(run.buffers == std::vector<float>{0, 0, 0, 1, 1, 1, 0});
    CHECK(run.dparameters == std::vector<float>(6, 0.0f));
}
