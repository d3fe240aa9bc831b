// Flatten against PyTorch: the same memory as one row.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/flatten.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(Flatten::output_shape(dims(2, 2, 3)).dims == dims(12));
static_assert(Flatten::output_shape(dims(5)).dims == dims(5));
static_assert(Flatten::traits.view && Flatten::traits.any_shape_in &&
              Flatten::traits.kind == OutputKind::inherited);
static_assert(test::Model<Sequential<Input<2, 3>, Flatten>>::parameter_count == 0);
static_assert(test::Model<Sequential<Input<2, 3>, Flatten>>::inference_bytes(16) == 0);

TEST_CASE("Flatten computes PyTorch's numbers") {
    check_layer<Shape<2, 3>>(Flatten{}, golden::layers::flatten_single);
    check_layer<Shape<2, 2, 3>>(Flatten{}, golden::layers::flatten_batch);
}

TEST_CASE("Flatten: gradients, laws") {
    check_derivatives<Shape<2, 3>>(Flatten{});
    laws::hold<Shape<3, 2, 2>>(Flatten{});
}
