// Softmax against PyTorch, along each dim.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/softmax.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(Softmax::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(Softmax::traits.keeps == Keeps::output && Softmax::traits.in_place);
static_assert(Softmax::traits.kind == OutputKind::probabilities);
static_assert(Softmax{}.dim == -1);
static_assert(test::Model<Sequential<Input<3>, Softmax>>::parameter_count == 0);

TEST_CASE("Softmax computes PyTorch's numbers") {
    check_layer<Shape<19>>(Softmax{}, golden::layers::softmax_single);
    check_layer<Shape<2, 3>>(Softmax{}, golden::layers::softmax_batch);
    check_layer<Shape<4, 3>>(Softmax{.dim = 1}, golden::layers::softmax_dim_1);
    check_layer<Shape<4, 3>>(Softmax{.dim = -2}, golden::layers::softmax_dim_1);
    check_layer<Shape<2, 3, 2>>(Softmax{.dim = 2}, golden::layers::softmax_dim_2);
}

TEST_CASE("Softmax: gradients, laws") {
    check_derivatives<Shape<9>>(Softmax{});
    check_derivatives<Shape<33>>(Softmax{});
    check_derivatives<Shape<2, 3, 2>>(Softmax{.dim = 2});
    laws::hold<Shape<3, 4>>(Softmax{});
    laws::hold<Shape<17>>(Softmax{});
    laws::hold<Shape<3, 4>>(Softmax{.dim = 1});
}

TEST_CASE("Softmax at its ends") {
    using layer_check::infinity;
    CHECK(layer_check::outputs(Softmax{}, {-infinity, 0.0f, 0.0f}) == std::vector<float>{0, 0.5f, 0.5f});
    CHECK(layer_check::outputs(Softmax{}, {3e38f, -3e38f}) == std::vector<float>{1, 0});
    CHECK(std::isnan(layer_check::outputs(Softmax{}, {-infinity, -infinity})[0]));
    CHECK(std::isnan(layer_check::outputs(Softmax{}, {0.0f, layer_check::not_a_number})[0]));
}

TEST_CASE("Softmax refuses a dim that a sample does not have") {
    CHECK_THROWS_AS(layer_check::outputs(Softmax{.dim = 2}, {1.0f, 2.0f}), ValueError);
    CHECK_THROWS_AS(layer_check::outputs(Softmax{.dim = -2}, {1.0f, 2.0f}), ValueError);
    CHECK_THROWS_WITH(layer_check::outputs(Softmax{.dim = 0}, {1.0f, 2.0f}),
                      "strata: Softmax: dim is 0, but a sample of rank 1 has the dims 1 to 1 and -1 to -1");
}
