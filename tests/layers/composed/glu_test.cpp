// GLU against PyTorch.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/composed/glu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/tools/check_gradients.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

namespace {

/// `glu` in the forward of a module.
struct Gated : Module<Named<"fc", Linear<8>>> {
    static constexpr auto forward(auto self, auto x) { return strata::glu(self["fc"](x), 1); }
};

}  // namespace

static_assert(Network<Sequential<Input<3, 8>, GLU<>>>::OutputShape::dims == dims(3, 4));
static_assert(Network<Sequential<Input<4, 5>, GLU<1>>>::OutputShape::dims == dims(2, 5));
static_assert(Network<Sequential<Input<4, 6, 5>, GLU<-2>>>::OutputShape::dims == dims(4, 3, 5));
static_assert(test::Model<Sequential<Input<8>, GLU<>>>::parameter_count == 0);
static_assert(test::Model<Sequential<Linear<3, 8>, GLU<>, Linear<2>>>::parameter_table()[2].name ==
              "2.weight");

TEST_CASE("GLU computes PyTorch's numbers") {
    check_layer<Shape<24>>(GLU<>{}, golden::layers::glu_single);
    check_layer<Shape<3, 4>>(GLU<>{}, golden::layers::glu_batch);
    check_layer<Shape<4, 3, 2>>(GLU<1>{}, golden::layers::glu_dim_1);
    check_layer<Shape<4, 3, 2>>(GLU<-3>{}, golden::layers::glu_dim_1);
    check_layer<Shape<3, 2, 5>>(GLU<-2>{}, golden::layers::glu_dim_2);
}

TEST_CASE("GLU: gradients, laws") {
    check_derivatives<Shape<2, 6>>(GLU<>{});
    check_derivatives<Shape<4, 3>>(GLU<1>{});
    CHECK(check_gradients<test::Device, Shape<4, 3>>(GLU<1>{}));
    laws::hold<Shape<3, 4>>(GLU<>{});
    laws::hold<Shape<4, 3>>(GLU<1>{});
}

TEST_CASE("glu in the forward of a module is the layer behind its operand") {
    check_derivatives<Shape<3>>(Gated{});
    using Layers = Sequential<Linear<3, 8>, GLU<>>;
    laws::hold<Shape<3>>(Gated{});
    laws::hold<Shape<3>>(Layers{});
}

TEST_CASE("GLU at its ends") {
    const float inf = layer_check::infinity;
    const auto y = layer_check::outputs(GLU<>{}, {2, -2, 3, inf, 1, 0, 100, -200, inf, -inf});
    CHECK(y[0] == 1);
    CHECK(y[1] == -2);
    CHECK(y[2] == 0);
    CHECK(y[3] == inf);
    CHECK(y[4] == 0);
    CHECK(std::isnan(layer_check::outputs(GLU<>{}, {layer_check::not_a_number, 0})[0]));
}
