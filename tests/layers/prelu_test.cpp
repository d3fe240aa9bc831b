// PReLU against PyTorch.

#include "catch.hpp"
#include "golden/pooling.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <strata/layers/prelu.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;

static_assert(PReLU<>::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(PReLU<3>::output_shape(dims(3, 4)).dims == dims(3, 4));
static_assert(PReLU<>::parameters(dims(3, 4)).items[0].dims == dims(1));
static_assert(PReLU<3>::parameters(dims(3, 4)).items[0].dims == dims(3));
static_assert(PReLU<>::traits.keeps == Keeps::input && !PReLU<>::traits.in_place);
static_assert(PReLU<3>::output_shape(dims(4, 3)).refusal == &it_takes_a_first_extent_of);
static_assert(PReLU<3>::output_shape(dims(4, 3)).expected == dims(3));
static_assert(PReLU<>::wrong_arguments == nullptr && PReLU<7>::wrong_arguments == nullptr);
static_assert(PReLU<1, 2>::wrong_arguments == &it_has_too_many_sizes);
static_assert(PReLU<true>::wrong_arguments == &its_options_are_names_and_not_false_or_true);
static_assert(PReLU<0>::wrong_arguments == &its_sizes_must_be_at_least_1);
static_assert(test::Model<Sequential<Input<3, 4>, PReLU<3>>>::parameter_count == 3);

TEST_CASE("PReLU computes PyTorch's numbers") {
    namespace golden = golden::pooling;
    check_layer<Shape<19>>(PReLU<>{}, golden::prelu_single);
    check_layer<Shape<2, 3>>(PReLU<>{}, golden::prelu_batch);
    check_layer<Shape<3, 5, 7>>(PReLU<3>{}, golden::prelu_channels);
    check_layer<Shape<21>>(PReLU<21>{}, golden::prelu_row);
    check_layer<Shape<5, 1>>(PReLU<5>{}, golden::prelu_row_of_one_sample);
}

TEST_CASE("PReLU: gradients, laws") {
    check_derivatives<Shape<9>>(PReLU<>{});
    check_derivatives<Shape<3, 2, 2>>(PReLU<3>{});
    check_derivatives<Shape<5>>(PReLU<5>{});
    laws::hold<Shape<3, 4>>(PReLU<>{});
    laws::hold<Shape<3, 40>>(PReLU<3>{});
}

TEST_CASE("PReLU begins with 0.25") {
    test::Model<Sequential<Input<2, 3>, PReLU<2>>> model;
    const std::vector<float> parameters = test::parameters(model);
    CHECK(parameters[0] == 0.25f);
    CHECK(parameters[1] == 0.25f);
}

TEST_CASE("PReLU at its ends and at the kink") {
    const PReLU<> layer;
    layer_check::Run<PReLU<>, Shape<4>, float> run(layer, 1);
    run.parameters[0] = 0.5f;
    const float x[] = {layer_check::infinity, -layer_check::infinity, layer_check::not_a_number, 0};
    std::copy(x, x + 4, run.x.begin());
    std::fill(run.dy.begin(), run.dy.end(), 1.0f);
    run.forward();
    CHECK(run.y[0] == layer_check::infinity);
    CHECK(run.y[1] == -layer_check::infinity);
    CHECK(std::isnan(run.y[2]));
    run.backward();
    CHECK(run.dx == std::vector<float>{1, 0.5f, 0.5f, 0.5f});
}
