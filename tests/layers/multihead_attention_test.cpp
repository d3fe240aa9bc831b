// MultiheadAttention against PyTorch.

#include "catch.hpp"
#include "golden/sequence.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <span>
#include <strata/layers/multihead_attention.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;
namespace sequence = golden::sequence;

static_assert(MultiheadAttention<6, 2>::output_shape(dims(5, 6)).dims == dims(5, 6));
static_assert(MultiheadAttention<2>::output_shape(dims(5, 6)).dims == dims(5, 6));
static_assert(MultiheadAttention<6, 2>::output_shape(dims(5, 4)).refusal == &it_takes_a_last_extent_of);
static_assert(MultiheadAttention<6, 2>::output_shape(dims(6)).refusal ==
              &it_takes_a_sequence_of_vectors_in_a_sample_of_two_extents_such_as);
static_assert(MultiheadAttention<4>::output_shape(dims(5, 6)).refusal ==
              &its_last_extent_must_be_a_multiple_of_its_heads_whose_number_is);
static_assert(MultiheadAttention<4>::output_shape(dims(5, 6)).expected == dims(4));
static_assert(MultiheadAttention<6, 4>::wrong_arguments == &its_heads_must_divide_its_embed_dim);
static_assert(MultiheadAttention<6, 2, causal, no_bias>::wrong_arguments == nullptr);
static_assert(MultiheadAttention<causal, 2>::wrong_arguments == &write_its_sizes_in_front_of_its_options);
static_assert(MultiheadAttention<2, causal, causal>::wrong_arguments == &write_each_of_its_options_once);
static_assert(MultiheadAttention<6, 2, true>::wrong_arguments ==
              &its_options_are_names_and_not_false_or_true);
static_assert(MultiheadAttention<6, 0>::wrong_arguments == &its_sizes_must_be_at_least_1);
static_assert(MultiheadAttention<>::wrong_arguments == &it_has_too_few_sizes);
static_assert(MultiheadAttention<2>::parameters(dims(5, 6)).items[0].dims == dims(18, 6));
static_assert(MultiheadAttention<2>::parameters(dims(5, 6)).items[3].dims == dims(6));
static_assert(MultiheadAttention<2, no_bias>::parameters(dims(5, 6)).count == 2);
static_assert(MultiheadAttention<6, 2>::multiply_adds(dims(5, 6)) == 4 * 5 * 6 * 6 + 2 * 5 * 5 * 6);

TEST_CASE("MultiheadAttention computes PyTorch's numbers") {
    check_layer<Shape<1, 4>>(MultiheadAttention<4, 1>{}, sequence::attention_single);
    check_layer<Shape<5, 6>>(MultiheadAttention<6, 2>{}, sequence::attention_batch);
    check_layer<Shape<7, 6>>(MultiheadAttention<3, causal>{}, sequence::attention_causal);
    check_layer<Shape<3, 9>>(MultiheadAttention<9, 3, no_bias>{}, sequence::attention_no_bias);
    check_layer<Shape<4, 5>>(MultiheadAttention<1, no_bias, causal>{}, sequence::attention_no_bias_causal);
}

// The masks of dropout are PyTorch's where the host draws them.
TEST_CASE("MultiheadAttention drops probabilities") {
    check_layer<Shape<3, 4>>(MultiheadAttention<4, 2>{.dropout = 1}, sequence::attention_dropout_all);
    if constexpr (test::Device::is_host) {
        check_layer<Shape<5, 4>>(MultiheadAttention<4, 2>{.dropout = 0.4}, sequence::attention_dropout);
        check_layer<Shape<5, 4>>(MultiheadAttention<4, 2, causal>{.dropout = 0.3},
                                 sequence::attention_dropout_causal);
    }
    check_derivatives<Shape<5, 4>>(MultiheadAttention<4, 2>{.dropout = 0.5});
    check_derivatives<Shape<5, 4>>(MultiheadAttention<4, 2, causal>{.dropout = 0.2});
}

TEST_CASE("MultiheadAttention: gradients") {
    check_derivatives<Shape<1, 4>>(MultiheadAttention<4, 2>{});
    check_derivatives<Shape<4, 6>>(MultiheadAttention<6, 3>{});
    check_derivatives<Shape<5, 3>>(MultiheadAttention<1, causal>{}, 2);
    check_derivatives<Shape<3, 4>>(MultiheadAttention<4, causal, no_bias>{}, 1);
}

// More positions than a block of queries has, so that a causal one is done in several.
TEST_CASE("MultiheadAttention over a long sequence sees no future") {
    using Layer = MultiheadAttention<2, causal>;
    constexpr Size length = 150, changed = 100;
    const Layer layer;
    layer_check::Run<Layer, Shape<length, 4>, double> run(layer, 2);
    Generator generator(5);
    normal_(run.x.data(), run.x.size(), 0, 1, generator);
    normal_(run.parameters.data(), run.parameters.size(), 0, 1, generator);
    normal_(run.dy.data(), run.dy.size(), 0, 1, generator);
    std::fill(run.dy.begin() + changed * 4, run.dy.begin() + length * 4, 0.0);
    run.forward();
    const std::vector<double> before = run.y;
    run.backward();
    for (Size i = changed * 4; i < length * 4; ++i) REQUIRE(run.dx[i] == 0);
    // The first sample's gradient against differences.
    const auto loss = [&] {
        run.forward();
        double sum = 0;
        for (Size i = 0; i < run.y.size(); ++i) sum += run.y[i] * run.dy[i];
        return sum;
    };
    for (Size i : {Size(0), Size(63 * 4 + 1), Size(64 * 4), Size(99 * 4 + 3)}) {
        const double kept = run.x[i], h = 1e-5;
        run.x[i] = kept + h;
        const double above = loss();
        run.x[i] = kept - h;
        const double below = loss();
        run.x[i] = kept;
        CHECK(std::fabs((above - below) / (2 * h) - run.dx[i]) < 1e-6 * (1 + std::fabs(run.dx[i])));
    }
    for (Size i = changed * 4; i < length * 4; ++i) run.x[i] = 7;
    run.forward();
    for (Size i = 0; i < changed * 4; ++i) REQUIRE(run.y[i] == before[i]);
}

TEST_CASE("MultiheadAttention: laws") {
    laws::hold<Shape<5, 6>>(MultiheadAttention<6, 2>{});
    laws::hold<Shape<1, 4>>(MultiheadAttention<2, causal>{});
    laws::hold<Shape<3, 4>>(MultiheadAttention<4, no_bias>{});
}

TEST_CASE("MultiheadAttention has PyTorch's initial values") {
    const auto initial = [](const auto& net) {
        manual_seed(42);
        test::Model<std::remove_cvref_t<decltype(net)>> model(net);
        std::vector<float> values;
        const auto flat = test::parameters(model);
        for (const auto& row : model.parameter_table())
            values.insert(values.end(), flat.begin() + static_cast<std::ptrdiff_t>(row.offset),
                          flat.begin() + static_cast<std::ptrdiff_t>(row.offset + row.dims.elements()));
        return values;
    };
    CHECK(layer_check::close("initial values", initial(Sequential<Input<3, 4>, MultiheadAttention<4, 2>>{}),
                             std::span(sequence::attention_initial), 1e-7, 0));
    CHECK(layer_check::close("initial values",
                             initial(Sequential<Input<3, 4>, MultiheadAttention<4, 2, no_bias>>{}),
                             std::span(sequence::attention_no_bias_initial), 1e-7, 0));
}

TEST_CASE("MultiheadAttention refuses a dropout that is no probability") {
    using Layer = MultiheadAttention<2>;
    const Layer layer{.dropout = -0.5};
    layer_check::Run<Layer, Shape<3, 2>, float> run(layer, 1);
    CHECK_THROWS_WITH(run.forward(), "strata: MultiheadAttention: dropout is -0.5, but must be in [0, 1]");
}

TEST_CASE("MultiheadAttention without a gradient of its input, and on an empty batch") {
    using Layer = MultiheadAttention<2, causal>;
    const Layer layer;
    layer_check::Run<Layer, Shape<3, 4>, float> run(layer, 2), twin(layer, 2), empty(layer, 0);
    Generator generator(1);
    normal_(run.x.data(), run.x.size(), 0, 1, generator);
    normal_(run.dy.data(), run.dy.size(), 0, 1, generator);
    normal_(run.parameters.data(), run.parameters.size(), 0, 1, generator);
    std::copy(run.x.begin(), run.x.end(), twin.x.begin());
    std::copy(run.parameters.begin(), run.parameters.end(), twin.parameters.begin());
    std::copy(run.dy.begin(), run.dy.end(), twin.dy.begin());
    run.forward();
    run.backward();
    twin.forward();
    twin.dy.upload();
    twin.backward(twin.dy.device(), nullptr, false);
    CHECK(twin.dparameters == run.dparameters);

    empty.forward();
    empty.backward();
    CHECK(empty.dparameters == std::vector<float>(empty.dparameters.size()));
}
