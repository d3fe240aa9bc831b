// LSTM against PyTorch.

#include "catch.hpp"
#include "golden/sequence.hpp"
#include "laws/laws.hpp"
#include "layers/layer_check.hpp"

#include <span>
#include <strata/layers/lstm.hpp>

using namespace strata;
using layer_check::check_derivatives;
using layer_check::check_layer;
namespace sequence = golden::sequence;

static_assert(LSTM<3, 5>::output_shape(dims(7, 3)).dims == dims(7, 5));
static_assert(LSTM<5>::output_shape(dims(7, 3)).dims == dims(7, 5));
static_assert(LSTM<3, 5, bidirectional>::output_shape(dims(7, 3)).dims == dims(7, 10));
static_assert(LSTM<3, 5>::output_shape(dims(7, 4)).refusal == &it_takes_a_last_extent_of);
static_assert(LSTM<3, 5>::output_shape(dims(3)).refusal ==
              &it_takes_a_sequence_of_vectors_in_a_sample_of_two_extents_such_as);
static_assert(LSTM<3, 5>::parameters(dims(7, 3)).count == 4);
static_assert(LSTM<3, 5>::parameters(dims(7, 3)).items[0].dims == dims(20, 3));
static_assert(LSTM<3, 5>::parameters(dims(7, 3)).items[1].dims == dims(20, 5));
static_assert(LSTM<3, 5>::parameters(dims(7, 3)).items[2].dims == dims(20));
static_assert(LSTM<3, 5, no_bias>::parameters(dims(7, 3)).count == 2);
static_assert(LSTM<3, 5, num_layers<2>, bidirectional>::parameters(dims(7, 3)).count == 16);
static_assert(LSTM<3, 5, num_layers<2>, bidirectional>::parameters(dims(7, 3)).items[8].dims == dims(20, 10));
static_assert(LSTM<3, 5>::multiply_adds(dims(7, 3)) == 7 * 20 * (3 + 5));
static_assert(LSTM<3, 5>::traits.keeps == Keeps::both && !LSTM<3, 5>::traits.in_place);
static_assert(LSTM<3, 5>::wrong_arguments == nullptr &&
              LSTM<5, no_bias, num_layers<3>>::wrong_arguments == nullptr);
static_assert(LSTM<>::wrong_arguments == &it_has_too_few_sizes);
static_assert(LSTM<1, 2, 3>::wrong_arguments == &it_has_too_many_sizes);
static_assert(LSTM<no_bias, 2>::wrong_arguments == &write_its_sizes_in_front_of_its_options);
static_assert(LSTM<2, no_bias, no_bias>::wrong_arguments == &write_each_of_its_options_once);
static_assert(LSTM<2, 3, false>::wrong_arguments == &its_options_are_names_and_not_false_or_true);
static_assert(LSTM<2, 0>::wrong_arguments == &its_sizes_must_be_at_least_1);
static_assert(LSTM<2, num_layers<0>>::wrong_arguments == &it_has_at_least_1_layer);
static_assert(LSTM<2, init::Nonlinearity::relu>::wrong_arguments == &it_has_no_such_option);

TEST_CASE("LSTM computes PyTorch's numbers") {
    check_layer<Shape<1, 3>>(LSTM<3, 5>{}, sequence::lstm_single);
    check_layer<Shape<4, 5>>(LSTM<7>{}, sequence::lstm_batch);
    check_layer<Shape<2, 2>>(LSTM<2, 17, no_bias>{}, sequence::lstm_wide);
    check_layer<Shape<5, 4>>(LSTM<4, 3, num_layers<2>>{}, sequence::lstm_two_layers);
    check_layer<Shape<4, 3>>(LSTM<3, 2, num_layers<2>, bidirectional>{}, sequence::lstm_both_ways);
}

TEST_CASE("LSTM: gradients") {
    check_derivatives<Shape<1, 2>>(LSTM<2, 3>{});
    check_derivatives<Shape<4, 3>>(LSTM<3, 2>{});
    check_derivatives<Shape<3, 2>>(LSTM<2, 3, num_layers<3>, no_bias>{}, 2);
    check_derivatives<Shape<3, 2>>(LSTM<2, num_layers<2>, bidirectional>{}, 1);
    check_derivatives<Shape<2, 3>>(LSTM<5, bidirectional>{}, 2);
}

TEST_CASE("LSTM: laws") {
    laws::hold<Shape<4, 3>>(LSTM<3, 5>{});
    laws::hold<Shape<1, 3>>(LSTM<2, no_bias>{});
    laws::hold<Shape<3, 2>>(LSTM<4, num_layers<2>, bidirectional>{});
}

TEST_CASE("LSTM has PyTorch's names and initial values") {
    using Net = LSTM<3, 2, num_layers<2>, bidirectional>;
    manual_seed(42);
    test::Model<Sequential<Input<3, 3>, Net>> model;
    std::vector<float> values;
    const auto flat = test::parameters(model);
    for (const auto& row : model.parameter_table())
        values.insert(values.end(), flat.begin() + static_cast<std::ptrdiff_t>(row.offset),
                      flat.begin() + static_cast<std::ptrdiff_t>(row.offset + row.dims.elements()));
    CHECK(layer_check::close("initial values", values, std::span(sequence::lstm_initial), 1e-7, 0));
    CHECK(std::string(Net::parameters(dims(3, 3)).items[0].name) == "weight_ih_l0");
    CHECK(std::string(Net::parameters(dims(3, 3)).items[5].name) == "weight_hh_l0_reverse");
    CHECK(std::string(Net::parameters(dims(3, 3)).items[10].name) == "bias_ih_l1");
    CHECK(std::string(Net::parameters(dims(3, 3)).items[15].name) == "bias_hh_l1_reverse");
    CHECK(std::string(LSTM<2, num_layers<12>>::parameters(dims(3, 3)).items[44].name) == "weight_ih_l11");
}

TEST_CASE("LSTM refuses a dropout that is no probability") {
    using Net = LSTM<2, num_layers<2>>;
    const Net layer{.dropout = 1.5};
    layer_check::Run<Net, Shape<3, 2>, float> run(layer, 1);
    CHECK_THROWS_WITH(run.forward(), "strata: LSTM: dropout is 1.5, but must be in [0, 1]");
}

// The masks of dropout are PyTorch's where the host draws them.
TEST_CASE("LSTM drops as PyTorch does between its layers") {
    using Net = LSTM<3, 2, num_layers<2>, bidirectional>;
    if constexpr (test::Device::is_host)
        check_layer<Shape<4, 3>>(Net{.dropout = 0.4}, sequence::lstm_dropout);
    check_derivatives<Shape<4, 3>>(Net{.dropout = 0.4});
    check_derivatives<Shape<4, 3>>(Net{.dropout = 1});
}

TEST_CASE("LSTM without a gradient of its input, and on an empty batch") {
    using Layer = LSTM<5, num_layers<2>, bidirectional>;
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
