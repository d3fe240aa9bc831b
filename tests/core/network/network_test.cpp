// The constants that follow from a network's type: its shapes, its parameter table, its cost, what its output is.

#include "catch.hpp"

#include <strata/core/network/network.hpp>
#include <strata/layers/dropout.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/identity.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/layers/sigmoid.hpp>
#include <strata/layers/softmax.hpp>
#include <strata/models/sequential.hpp>
#include <type_traits>
#include <vector>

using namespace strata;

// An MLP that begins with Flatten: the first Linear says how many elements come in.
using Mlp = Network<Sequential<Flatten, Linear<784, 100>, ReLU, Linear<10>, LogSoftmax>>;
static_assert(Mlp::layer_count == 5);
static_assert(Mlp::graph.any_shape);
static_assert(std::is_same_v<Mlp::InputShape, Shape<784>>);
static_assert(std::is_same_v<Mlp::OutputShape, Shape<10>>);
static_assert(std::is_same_v<Mlp::LastLayer, LogSoftmax>);
static_assert(Mlp::graph.nodes[1].in == dims(784) && Mlp::graph.nodes[1].out == dims(100));
static_assert(Mlp::graph.nodes[3].in == dims(100) && Mlp::graph.nodes[3].out == dims(10));
static_assert(Mlp::multiply_adds == 784 * 100 + 100 * 10);
static_assert(Mlp::output_kind == OutputKind::log_probabilities);
static_assert(!Mlp::needs_gradient.of[1] && Mlp::needs_gradient.of[2],
              "nothing below the first Linear needs a gradient");
static_assert(Mlp::fits);

// The parameter table: names as PyTorch has them, offsets at multiples of 64 elements, in the order of the
// layers.
static_assert(Mlp::parameter_tensors == 4);
static_assert(Mlp::parameters.count == 784 * 100 + 100 + 100 * 10 + 10);
static_assert(Mlp::parameters.rows[0].name == ParameterName("1.weight") &&
              Mlp::parameters.rows[0].dims == dims(100, 784));
static_assert(Mlp::parameters.rows[1].name == ParameterName("1.bias") &&
              Mlp::parameters.rows[1].dims == dims(100));
static_assert(Mlp::parameters.rows[2].name == ParameterName("3.weight") &&
              Mlp::parameters.rows[2].dims == dims(10, 100));
static_assert(Mlp::parameters.rows[3].name == ParameterName("3.bias") &&
              Mlp::parameters.rows[3].dims == dims(10));
static_assert(Mlp::parameters.rows[0].offset == 0);
static_assert(Mlp::parameters.rows[1].offset == 78400);         // already a multiple of 64
static_assert(Mlp::parameters.rows[2].offset == 78400 + 128);   // 100 rounded up
static_assert(Mlp::parameters.rows[3].offset == 78528 + 1024);  // 1000 rounded up
static_assert(Mlp::parameters.elements == 79552 + 64);
static_assert(Mlp::parameters.rows[0].layer == 1 && Mlp::parameters.rows[3].layer == 3);
static_assert(Mlp::find_parameter("3.weight") == 2);
static_assert(Mlp::find_parameter("4.weight") == Mlp::parameter_tensors);

// Nested networks dissolve into the same leaves; only the names tell.
using Nested = Network<
    Sequential<Flatten, Sequential<Linear<784, 100>, ReLU>, Sequential<Sequential<Linear<10>>, LogSoftmax>>>;
static_assert(std::is_same_v<Nested::Leaves, Mlp::Leaves>);
static_assert(Nested::parameters.rows[0].name == ParameterName("1.0.weight"));
static_assert(Nested::parameters.rows[3].name == ParameterName("2.0.0.bias"));
static_assert(Nested::parameters.rows[3].offset == Mlp::parameters.rows[3].offset);
static_assert(Nested::training_plan.elements == Mlp::training_plan.elements);

// Samples of rank 2, and networks without parameters.
using Rows = Network<Sequential<Input<5, 7>, Linear<3, no_bias>, Reshape<15>>>;
static_assert(std::is_same_v<Rows::OutputShape, Shape<15>>);
static_assert(!Rows::graph.any_shape);
static_assert(Rows::parameters.count == 21 && Rows::multiply_adds == 5 * 7 * 3);

// Input does not count in the names, because PyTorch has none; Flatten does.
static_assert(Rows::parameters.rows[0].name == ParameterName("0.weight"));
using Images = Network<Sequential<Input<1, 2, 2>, Flatten, Sequential<Input<4>, Linear<3>>>>;
static_assert(Images::parameters.rows[0].name == ParameterName("1.0.weight"));

static_assert(Network<Sequential<Input<3>, ReLU>>::parameters.elements == 0);
static_assert(Network<Sequential<Input<3>, ReLU>>::parameter_tensors == 0);

// What the values of the output are goes through layers that pass their input on.
static_assert(Network<Sequential<Input<3>, Softmax, Dropout, Flatten, Identity>>::output_kind ==
              OutputKind::probabilities);
static_assert(Network<Sequential<Input<3>, Sigmoid, Reshape<3, 1>>>::output_kind ==
              OutputKind::unit_interval);
static_assert(Network<Sequential<Input<3>, Softmax, ReLU>>::output_kind == OutputKind::any);
static_assert(Network<Sequential<Input<3>, Identity>>::output_kind == OutputKind::any);

// The first layer that does not fit is found by a function over values; nothing else is computed. (The
// refusal itself is a compile error of `Network`; here only what it is made of.)
using Wrong = strata::detail::NetworkGraph<Sequential<Linear<784, 100>, ReLU, Linear<10, 20>, Linear<7, 8>>>;
using strata::detail::GraphRefusal;
static_assert(Wrong::graph.refusal.kind == GraphRefusal::does_not_fit);
static_assert(Wrong::graph.refusal.leaf == 2);
static_assert(Wrong::graph.refusal.refusal == &it_takes_a_last_extent_of);
static_assert(Wrong::graph.refusal.expected == dims(10));
static_assert(Wrong::graph.refusal.given[0].dims == dims(100));
static_assert(strata::detail::NetworkGraph<Sequential<Linear<3>>>::graph.refusal.kind ==
              GraphRefusal::shape_unknown);

TEST_CASE("leaves are visited in order, whatever the nesting") {
    using Net = Sequential<Linear<4, 3>, Sequential<Dropout, Sequential<ReLU, Dropout>>, Dropout>;
    Net net(Linear<4, 3>{}, {Dropout{.p = 0.1}, {ReLU{}, Dropout{.p = 0.2}}}, Dropout{.p = 0.3});
    std::vector<Size> visited;
    std::vector<double> p;
    strata::detail::visit_leaves(net, [&]<Size I>(std::integral_constant<Size, I>, const auto& leaf) {
        visited.push_back(I);
        if constexpr (requires { leaf.p; }) p.push_back(leaf.p);
    });
    CHECK(visited == std::vector<Size>{0, 1, 2, 3, 4});
    CHECK(p == std::vector<double>{0.1, 0.2, 0.3});
}
