// RNN against PyTorch.

#include "catch.hpp"
#include "golden/sequence.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <span>
#include <strata/layers/rnn.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;
namespace sequence = golden::sequence;

static_assert(RNN<3, 5>::output_shape(dims(7, 3)).dims == dims(7, 5));
static_assert(RNN<5>::output_shape(dims(7, 3)).dims == dims(7, 5));
static_assert(RNN<3, 5, bidirectional>::output_shape(dims(7, 3)).dims == dims(7, 10));
static_assert(RNN<3, 5>::output_shape(dims(7, 4)).refusal == &it_takes_a_last_extent_of);
static_assert(RNN<3, 5>::output_shape(dims(3)).refusal ==
              &it_takes_a_sequence_of_vectors_in_a_sample_of_two_extents_such_as);
static_assert(RNN<3, 5>::parameters(dims(7, 3)).count == 4);
static_assert(RNN<3, 5>::parameters(dims(7, 3)).items[0].dims == dims(5, 3));
static_assert(RNN<3, 5>::parameters(dims(7, 3)).items[1].dims == dims(5, 5));
static_assert(RNN<3, 5>::parameters(dims(7, 3)).items[2].dims == dims(5));
static_assert(RNN<3, 5, no_bias>::parameters(dims(7, 3)).count == 2);
static_assert(RNN<3, 5, num_layers<2>, bidirectional>::parameters(dims(7, 3)).count == 16);
static_assert(RNN<3, 5, num_layers<2>, bidirectional>::parameters(dims(7, 3)).items[8].dims == dims(5, 10));
static_assert(RNN<3, 5>::multiply_adds(dims(7, 3)) == 7 * 5 * (3 + 5));
static_assert(RNN<3, 5>::traits.keeps == Keeps::both && !RNN<3, 5>::traits.in_place);
static_assert(RNN<3, 5>::wrong_arguments == nullptr &&
              RNN<5, no_bias, num_layers<3>>::wrong_arguments == nullptr);
static_assert(RNN<>::wrong_arguments == &it_has_too_few_sizes);
static_assert(RNN<1, 2, 3>::wrong_arguments == &it_has_too_many_sizes);
static_assert(RNN<no_bias, 2>::wrong_arguments == &write_its_sizes_in_front_of_its_options);
static_assert(RNN<2, no_bias, no_bias>::wrong_arguments == &write_each_of_its_options_once);
static_assert(RNN<2, 3, false>::wrong_arguments == &its_options_are_names_and_not_false_or_true);
static_assert(RNN<2, 0>::wrong_arguments == &its_sizes_must_be_at_least_1);
static_assert(RNN<2, num_layers<0>>::wrong_arguments == &it_has_at_least_1_layer);
static_assert(RNN<2, init::Nonlinearity::selu>::wrong_arguments == &its_nonlinearity_is_tanh_or_relu);

TEST_CASE("RNN computes PyTorch's numbers") {
    check_layer<Shape<1, 3>>(RNN<3, 5>{}, sequence::rnn_single);
    check_layer<Shape<4, 5>>(RNN<7>{}, sequence::rnn_batch);
    check_layer<Shape<2, 2>>(RNN<2, 17, no_bias>{}, sequence::rnn_wide);
    check_layer<Shape<5, 4>>(RNN<4, 3, num_layers<2>>{}, sequence::rnn_two_layers);
    check_layer<Shape<4, 3>>(RNN<3, 2, num_layers<2>, bidirectional>{}, sequence::rnn_both_ways);

    using init::Nonlinearity;
    check_layer<Shape<1, 3>>(RNN<3, 5, Nonlinearity::relu>{}, sequence::rnn_relu_single);
    check_layer<Shape<4, 5>>(RNN<7, Nonlinearity::relu>{}, sequence::rnn_relu_batch);
    check_layer<Shape<5, 4>>(RNN<4, 3, num_layers<2>, Nonlinearity::relu>{}, sequence::rnn_relu_two_layers);
    check_layer<Shape<4, 3>>(RNN<3, 2, num_layers<2>, bidirectional, Nonlinearity::relu>{},
                             sequence::rnn_relu_both_ways);
}

TEST_CASE("RNN: gradients") {
    check_derivatives<Shape<1, 2>>(RNN<2, 3>{});
    check_derivatives<Shape<4, 3>>(RNN<3, 2>{});
    check_derivatives<Shape<3, 2>>(RNN<2, 3, num_layers<3>, no_bias>{}, 2);
    check_derivatives<Shape<3, 2>>(RNN<2, num_layers<2>, bidirectional>{}, 1);
    check_derivatives<Shape<2, 3>>(RNN<5, bidirectional>{}, 2);
    check_derivatives<Shape<4, 3>>(RNN<3, 2, init::Nonlinearity::relu>{});
}

TEST_CASE("RNN: laws") {
    laws::hold<Shape<4, 3>>(RNN<3, 5>{});
    laws::hold<Shape<1, 3>>(RNN<2, no_bias>{});
    laws::hold<Shape<3, 2>>(RNN<4, num_layers<2>, bidirectional>{});
}

TEST_CASE("RNN has PyTorch's names and initial values") {
    using Net = RNN<3, 2, num_layers<2>, bidirectional>;
    manual_seed(42);
    test::Model<Sequential<Input<3, 3>, Net>> model;
    std::vector<float> values;
    const auto flat = test::parameters(model);
    for (const auto& row : model.parameter_table())
        values.insert(values.end(), flat.begin() + static_cast<std::ptrdiff_t>(row.offset),
                      flat.begin() + static_cast<std::ptrdiff_t>(row.offset + row.dims.elements()));
    CHECK(layer_check::close("initial values", values, std::span(sequence::rnn_initial), 1e-7, 0));
    CHECK(std::string(Net::parameters(dims(3, 3)).items[0].name) == "weight_ih_l0");
    CHECK(std::string(Net::parameters(dims(3, 3)).items[5].name) == "weight_hh_l0_reverse");
    CHECK(std::string(Net::parameters(dims(3, 3)).items[10].name) == "bias_ih_l1");
    CHECK(std::string(Net::parameters(dims(3, 3)).items[15].name) == "bias_hh_l1_reverse");
    CHECK(std::string(RNN<2, num_layers<12>>::parameters(dims(3, 3)).items[44].name) == "weight_ih_l11");
}

TEST_CASE("RNN refuses a dropout that is no probability") {
    using Net = RNN<2, num_layers<2>>;
    const Net layer{.dropout = 1.5};
    layer_check::Run<Net, Shape<3, 2>, float> run(layer, 1);
    CHECK_THROWS_WITH(run.forward(), "strata: RNN: dropout is 1.5, but must be in [0, 1]");
}

// The masks of dropout are PyTorch's where the host draws them.
TEST_CASE("RNN drops as PyTorch does between its layers") {
    using Net = RNN<3, 2, num_layers<2>, bidirectional>;
    if constexpr (test::Device::is_host) check_layer<Shape<4, 3>>(Net{.dropout = 0.4}, sequence::rnn_dropout);
    if constexpr (test::Device::is_host)
        check_layer<Shape<4, 3>>(
            RNN<3, 2, num_layers<2>, bidirectional, init::Nonlinearity::relu>{.dropout = 0.4},
            sequence::rnn_relu_dropout);
    check_derivatives<Shape<4, 3>>(Net{.dropout = 0.4});
    check_derivatives<Shape<4, 3>>(Net{.dropout = 1});
}
