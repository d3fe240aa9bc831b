// LogSoftmax against PyTorch, along each dim.

#include "catch.hpp"
#include "golden/layers.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/log_softmax.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(LogSoftmax::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(LogSoftmax::traits.keeps == Keeps::output && LogSoftmax::traits.in_place);
static_assert(LogSoftmax::traits.kind == OutputKind::log_probabilities);
static_assert(LogSoftmax{}.dim == -1);
static_assert(test::Model<Sequential<Input<3>, LogSoftmax>>::parameter_count == 0);

TEST_CASE("LogSoftmax computes PyTorch's numbers") {
    check_layer<Shape<19>>(LogSoftmax{}, golden::layers::log_softmax_single);
    check_layer<Shape<2, 3>>(LogSoftmax{}, golden::layers::log_softmax_batch);
    check_layer<Shape<4, 3>>(LogSoftmax{.dim = 1}, golden::layers::log_softmax_dim_1);
    check_layer<Shape<4, 3>>(LogSoftmax{.dim = -2}, golden::layers::log_softmax_dim_1);
    check_layer<Shape<2, 3, 2>>(LogSoftmax{.dim = 2}, golden::layers::log_softmax_dim_2);
}

TEST_CASE("LogSoftmax: gradients, laws") {
    check_derivatives<Shape<9>>(LogSoftmax{});
    check_derivatives<Shape<33>>(LogSoftmax{});
    check_derivatives<Shape<2, 3, 2>>(LogSoftmax{.dim = 2});
    laws::hold<Shape<3, 4>>(LogSoftmax{});
    laws::hold<Shape<17>>(LogSoftmax{});
    laws::hold<Shape<3, 4>>(LogSoftmax{.dim = 1});
}

TEST_CASE("LogSoftmax at its ends") {
    using layer_check::infinity;
    CHECK(layer_check::outputs(LogSoftmax{}, {-infinity, 3.0f}) == std::vector<float>{-infinity, 0});
    CHECK(layer_check::outputs(LogSoftmax{}, {1e4f, -1e4f}) == std::vector<float>{0, -2e4f});
    CHECK(std::isnan(layer_check::outputs(LogSoftmax{}, {-infinity, -infinity})[0]));
    CHECK(std::isnan(layer_check::outputs(LogSoftmax{}, {0.0f, layer_check::not_a_number})[0]));
}

TEST_CASE("LogSoftmax refuses a dim that a sample does not have") {
    CHECK_THROWS_AS(layer_check::outputs(LogSoftmax{.dim = 2}, {1.0f, 2.0f}), ValueError);
    CHECK_THROWS_AS(layer_check::outputs(LogSoftmax{.dim = -2}, {1.0f, 2.0f}), ValueError);
    CHECK_THROWS_WITH(
        layer_check::outputs(LogSoftmax{.dim = 0}, {1.0f, 2.0f}),
        "strata: LogSoftmax: dim is 0, but a sample of rank 1 has the dims 1 to 1 and -1 to -1");
}
