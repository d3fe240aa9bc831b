// Input: states the shape of a sample, and refuses another.

#include "catch.hpp"
#include "device.hpp"
#include "laws/laws.hpp"

#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>

using namespace strata;

static_assert(Input<2, 3>::input_shape() == dims(2, 3));
static_assert(Input<2, 3>::output_shape(dims(2, 3)).dims == dims(2, 3));
static_assert(Input<2, 3>::traits.view && Input<2, 3>::traits.kind == OutputKind::inherited);
static_assert(Network<Sequential<Input<2, 3>, Flatten>>::InputShape::dims == dims(2, 3));
static_assert(!Network<Sequential<Input<2, 3>, Flatten>>::graph.any_shape);

// Behind other layers it asserts their shape.
static_assert(Input<2, 3>::output_shape(dims(6)).refusal == &it_takes_exactly);
static_assert(Input<2, 3>::output_shape(dims(6)).expected == dims(2, 3));

TEST_CASE("Input: laws") { laws::hold<Shape<2, 3>>(Input<2, 3>{}); }

TEST_CASE("a batch of another shape is refused at run time, with both shapes") {
    test::Model<Sequential<Input<2, 3>, Flatten>> model;
    const xt::xtensor<float, 3> images = xt::ones<float>({4, 2, 3});
    const xt::xtensor<float, 2> rows = xt::ones<float>({4, 6});
    CHECK(model(test::to(images)).shape()[0] == 4);
    CHECK_THROWS_AS(model(test::to(rows)), ShapeError);
    CHECK_THROWS_WITH(model(test::to(rows)),
                      "strata: the input has the shape (4, 6), but the network takes (batch, 2, 3)");
}
