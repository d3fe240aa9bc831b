// Identity against PyTorch: nothing happens, and nothing is computed.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/identity.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(Identity::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(Identity::traits.view && Identity::traits.kind == OutputKind::inherited);
using Net = Sequential<Input<19>, Identity>;
static_assert(test::Model<Net>::parameter_count == 0);
static_assert(test::Model<Net>::training_bytes(16) == 19 * 16 * sizeof(float),
              "only the gradient of the output takes memory");
static_assert(test::Model<Net>::inference_bytes(16) == 0);

TEST_CASE("Identity computes PyTorch's numbers") {
    check_layer<Shape<19>>(Identity{}, golden::layers::identity_single);
    check_layer<Shape<2, 3>>(Identity{}, golden::layers::identity_batch);
}

TEST_CASE("Identity: gradients, laws") {
    check_derivatives<Shape<9>>(Identity{});
    laws::hold<Shape<3, 4>>(Identity{});
}
