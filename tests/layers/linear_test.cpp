// Linear against PyTorch: with and without a bias, on vectors and on the rows of matrices.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/linear.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(Linear<5, 3>::output_shape(dims(5)).dims == dims(3));
static_assert(Linear<3>::output_shape(dims(2, 4)).dims == dims(2, 3));
static_assert(Linear<5, 3>::traits.keeps == Keeps::input && !Linear<5, 3>::traits.in_place);
static_assert(Linear<5, 3>::parameters(dims(5)).items[0].dims == dims(3, 5));
static_assert(Linear<5, 3>::parameters(dims(5)).items[1].dims == dims(3));
static_assert(Linear<5, 3>::multiply_adds(dims(5)) == 15);
static_assert(Linear<3>::multiply_adds(dims(2, 4)) == 24);
static_assert(test::Model<Sequential<Linear<5, 3>>>::parameter_count == 18);
static_assert(test::Model<Sequential<Linear<5, 3, no_bias>>>::parameter_count == 15);

// A wrong width is refused, with the sentence and the width that would have fitted.
static_assert(Linear<5, 3>::output_shape(dims(4)).refusal == &it_takes_a_last_extent_of);
static_assert(Linear<5, 3>::output_shape(dims(4)).expected == dims(5));
static_assert(Linear<5, 3>::output_shape(dims()).refusal == &it_takes_a_last_extent_of);

TEST_CASE("Linear computes PyTorch's numbers") {
    check_layer<Shape<5>>(Linear<5, 3>{}, golden::layers::linear_single);
    check_layer<Shape<7>>(Linear<4>{}, golden::layers::linear_batch);
    check_layer<Shape<2, 4>>(Linear<4, 3>{}, golden::layers::linear_rank_2);
    check_layer<Shape<6>>(Linear<6, 2, no_bias>{}, golden::layers::linear_no_bias);
}

TEST_CASE("Linear: gradients, laws") {
    check_derivatives<Shape<5>>(Linear<5, 3>{});
    check_derivatives<Shape<2, 4>>(Linear<3>{});
    check_derivatives<Shape<6>>(Linear<6, 2, no_bias>{});
    laws::hold<Shape<5>>(Linear<5, 3>{});
    laws::hold<Shape<3, 4>>(Linear<40>{});
    laws::hold<Shape<6>>(Linear<6, 2, no_bias>{});
}
