// Reshape against PyTorch: the same memory under another shape.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/flatten.hpp>
#include <strata/layers/reshape.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

using Row = Reshape<6>;
using Image = Reshape<1, 3, 2>;
static_assert(Image::output_shape(dims(2, 3)).dims == dims(1, 3, 2));
static_assert(Image::output_shape(dims(6)).dims == dims(1, 3, 2));
static_assert(Row::output_shape(dims(1, 3, 2)).dims == dims(6));
static_assert(Image::traits.view && Image::traits.any_shape_in &&
              Image::traits.kind == OutputKind::inherited);
static_assert(test::Model<Sequential<Input<2, 3>, Image>>::parameter_count == 0);

// Another number of elements is refused, with the sentence and the shape that would have fitted.
static_assert(Image::output_shape(dims(7)).refusal == &it_takes_as_many_elements_as);
static_assert(Image::output_shape(dims(7)).expected == dims(1, 3, 2));
static_assert(Network<Sequential<Input<6>, Image>>::fits);

TEST_CASE("Reshape computes PyTorch's numbers") {
    check_layer<Shape<6>>(Reshape<2, 3>{}, golden::layers::reshape_single);
    check_layer<Shape<2, 3>>(Image{}, golden::layers::reshape_batch);
}

TEST_CASE("Reshape: gradients, laws") {
    check_derivatives<Shape<2, 3>>(Image{});
    laws::hold<Shape<3, 2>>(Image{});
    laws::hold<Shape<3, 2>>(Row{});
}

TEST_CASE("a network that begins with Reshape takes any shape of as many elements") {
    test::Model<Sequential<Image, Flatten>> model;
    const xt::xtensor<float, 2> rows = xt::ones<float>({4, 6});
    const xt::xtensor<float, 4> images = xt::ones<float>({4, 1, 3, 2});
    const xt::xtensor<float, 2> longer = xt::ones<float>({4, 7});
    CHECK(model(test::to(rows)).shape()[1] == 6);
    CHECK(model(test::to(images)).shape()[1] == 6);
    CHECK_THROWS_AS(model(test::to(longer)), ShapeError);
}
