// BatchNorm2d against PyTorch: training, its running statistics, inference.

#include "catch.hpp"
#include "golden/normalization.hpp"
#include "layers/layer_check.hpp"
#include "layers/norm_check.hpp"

#include <strata/layers/batch_norm2d.hpp>

using namespace strata;
using namespace norm_check;
namespace golden_norm = golden::normalization;

static_assert(BatchNorm2d<>::output_shape(dims(3, 4, 5)).dims == dims(3, 4, 5));
static_assert(BatchNorm2d<3>::output_shape(dims(3, 4, 5)).dims == dims(3, 4, 5));
static_assert(BatchNorm2d<>{}.eps == 1e-5 && BatchNorm2d<>{}.momentum == 0.1);
static_assert(BatchNorm2d<>::traits.keeps == Keeps::input && BatchNorm2d<>::traits.in_place);
static_assert(BatchNorm2d<no_affine>::traits.keeps == Keeps::output);
static_assert(BatchNorm2d<>::parameters(dims(3, 4, 5)).items[1].dims == dims(3));
static_assert(BatchNorm2d<>::parameters(dims(3, 4, 5)).count == 5);
static_assert(BatchNorm2d<3, no_affine, no_running_statistics>::parameters(dims(3, 4, 5)).count == 0);
static_assert(BatchNorm2d<32>::output_shape(dims(16, 4, 5)).refusal == &it_normalizes_as_many_channels_as);
static_assert(BatchNorm2d<32>::output_shape(dims(16, 4, 5)).expected == dims(32));
static_assert(BatchNorm2d<>::output_shape(dims(16, 4)).refusal ==
              &BatchNorm2d_takes_channels_rows_and_columns_in_a_shape_of_rank);
static_assert(BatchNorm2d<3, affine>::wrong_arguments == &it_has_no_such_option);

TEST_CASE("BatchNorm2d computes PyTorch's numbers") {
    check_layer<Shape<3, 5, 7>>(BatchNorm2d<3>{}, golden_norm::batch_norm2d_single);
    check_layer<Shape<4, 3, 3>>(BatchNorm2d<>{.eps = 1e-3}, golden_norm::batch_norm2d_batch);
    check_layer<Shape<2, 4, 5>>(BatchNorm2d<no_affine, no_running_statistics>{},
                                golden_norm::batch_norm2d_plain);
    check_layer<Shape<3, 1, 2>>(BatchNorm2d<no_running_statistics>{}, golden_norm::batch_norm2d_untracked);
    check_layer<Shape<2, 4, 5>>(BatchNorm2d<>{}, golden_norm::batch_norm2d_far);
}

TEST_CASE("BatchNorm2d: first values, running statistics and inference are PyTorch's") {
    check_trained<Shape<3, 4, 5>>(BatchNorm2d<>{}, golden_norm::batch_norm2d_trained);
    check_trained<Shape<3, 2, 2>>(BatchNorm2d<3>{.eps = 1e-3, .momentum = cumulative_average},
                                  golden_norm::batch_norm2d_cumulative);
    check_trained<Shape<3, 2, 2>>(BatchNorm2d<no_running_statistics>{},
                                  golden_norm::batch_norm2d_no_statistics);
}

TEST_CASE("BatchNorm2d: gradients") {
    layer_check::check_derivatives<Shape<3, 2, 2>>(BatchNorm2d<>{});
    layer_check::check_derivatives<Shape<2, 4, 5>>(BatchNorm2d<>{.eps = 0.1}, 1);
    layer_check::check_derivatives<Shape<2, 4, 5>>(BatchNorm2d<no_affine>{}, 2);
    layer_check::check_derivatives<Shape<11, 1, 3>>(BatchNorm2d<no_running_statistics>{}, 2);
}

TEST_CASE("BatchNorm2d in a model: the running statistics are the model's") {
    check_model<Shape<3, 4, 5>>(BatchNorm2d<>{}, golden_norm::batch_norm2d_trained);
    check_model<Shape<3, 2, 2>>(BatchNorm2d<3>{.eps = 1e-3, .momentum = cumulative_average},
                                golden_norm::batch_norm2d_cumulative);
}

TEST_CASE("BatchNorm2d: a NaN stays in its channel") {
    check_not_a_number<Shape<3, 4, 5>>(BatchNorm2d<>{}, 3, 60 + 39, [](Size i) { return i / 20 % 3 == 1; });
    check_not_a_number<Shape<40, 1, 2>>(BatchNorm2d<>{}, 3, 80 + 66, [](Size i) { return i / 2 % 40 == 33; });
}

TEST_CASE("BatchNorm2d in float is as good as in double") {
    check_precision<Shape<2, 14, 14>>(BatchNorm2d<>{}, 30, 1000, 1000);
    check_precision<Shape<2, 70, 70>>(BatchNorm2d<no_affine>{}, 3, 100, -100);
}
