// Select against PyTorch.

#include "catch.hpp"
#include "golden/sequence.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/select.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;
namespace sequence = golden::sequence;

static_assert(Select<1, -1>::output_shape(dims(4, 3)).dims == dims(3));
static_assert(Select<1, 0>::output_shape(dims(5)).dims == dims());
static_assert(Select<2, 1>::output_shape(dims(2, 3, 4)).dims == dims(2, 4));
static_assert(Select<-1, -2>::output_shape(dims(3, 4)).dims == dims(3));
static_assert(Select<0, 1>::wrong_arguments == &dim_0_is_the_batch_and_it_takes_a_dim_of_the_sample);
static_assert(Select<3, 0>::output_shape(dims(3, 4)).refusal ==
              &it_has_no_such_dim_because_its_samples_have_the_rank);
static_assert(Select<-3, 0>::output_shape(dims(3, 4)).expected == dims(2));
static_assert(Select<1, 3>::output_shape(dims(3, 4)).refusal ==
              &its_index_must_be_below_the_extent_that_it_selects_from);
static_assert(Select<1, -4>::output_shape(dims(3, 4)).expected == dims(3));
static_assert(Select<1, -3>::output_shape(dims(3, 4)).refusal == nullptr);

TEST_CASE("Select computes PyTorch's numbers") {
    check_layer<Shape<4, 3>>(Select<1, -1>{}, sequence::select_last);
    check_layer<Shape<5>>(Select<1, 0>{}, sequence::select_first);
    check_layer<Shape<2, 3, 4>>(Select<2, 1>{}, sequence::select_middle);
    check_layer<Shape<3, 4>>(Select<-1, -2>{}, sequence::select_of_last_extent);
}

TEST_CASE("Select: gradients, laws") {
    check_derivatives<Shape<4, 3>>(Select<1, -1>{});
    check_derivatives<Shape<2, 17>>(Select<1, 1>{}, 1);
    laws::hold<Shape<4, 3>>(Select<1, -1>{});
    laws::hold<Shape<2, 3, 4>>(Select<-2, 0>{});
}
