// Modules of one's own: what forward may do, what follows from it, and that the derived gradients are right.

#include "catch.hpp"
#include "device.hpp"

#include <cmath>
#include <strata/layers/dropout.hpp>
#include <strata/layers/identity.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/tanh.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/module.hpp>
#include <strata/models/parallel.hpp>
#include <strata/models/residual.hpp>
#include <strata/models/sequential.hpp>
#include <strata/models/state.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/training/trainer.hpp>
#include <string>
#include <vector>

using namespace strata;
using test::Device;
using test::Memory;

namespace {

struct Block : Module<Named<"fc1", Linear<6>>, Named<"fc2", Linear<6>>> {
    static constexpr auto forward(auto self, auto x) { return x + self["fc2"](relu(self["fc1"](x))); }
};
using Nested = Sequential<Linear<4, 6>, Block, Residual<Linear<5>, Tanh, Linear<6>>, Linear<3>>;

/// One layer, called three times.
struct Shared : Module<Named<"in", Linear<4, 6>>, Named<"shared", Linear<6, 6>>, Named<"out", Linear<3>>> {
    static constexpr auto forward(auto self, auto x) {
        auto h = self["in"](x);
        for (int i = 0; i < 3; ++i) h = tanh(self["shared"](h)) + h;
        return self["out"](h);
    }
};

struct TwoInputs
    : Module<Named<"left", Linear<4, 6>>, Named<"right", Linear<3, 6>>, Named<"out", Linear<2>>> {
    static constexpr auto forward(auto self, auto x, auto y) {
        return self["out"](relu(self["left"](x) + self["right"](y)));
    }
};

struct TwoHeads : Module<Named<"body", Linear<4, 6>>, Named<"a", Linear<3>>, Named<"b", Linear<2>>> {
    static constexpr auto forward(auto self, auto x) {
        const auto h = relu(self["body"](x));
        return Outputs{self["a"](h), self["b"](h)};
    }
};

/// One value for three losses.
struct SameTwice : Module<Named<"body", Linear<4, 6>>, Named<"a", Linear<3>>> {
    static constexpr auto forward(auto self, auto x) {
        const auto h = relu(self["body"](x));
        const auto y = self["a"](h);
        return Outputs{y, h, y, y};
    }
};

struct Mlp : Module<Named<"fc1", Linear<20, 16>>, Named<"fc2", Linear<10>>> {
    static constexpr auto forward(auto self, auto x) {
        return log_softmax(self["fc2"](relu(self["fc1"](x))));
    }
};
struct Own : Module<Parameter<"scale", Shape<6>>, Linear<6, 6>, Named<"block", Block>> {
    static constexpr auto forward(auto self, auto x) { return self["block"](self[1](x) + self["scale"]); }
};
struct Odd : Module<Named<"fc", Linear<8, 6>>> {
    static constexpr auto forward(auto self, auto x) {
        const auto h = self["fc"](x);
        const auto unused = tanh(relu(h));
        (void)unused;
        auto sum = relu(h) + relu(h);
        for (Size i = 0; i < x.size(1) / 4; ++i) sum = sum + h;
        return h.size(-1) == 6 && h.shape() == dims(6) ? sum : h;
    }
};
struct Dropping : Module<Named<"fc", Linear<4, 6>>, Named<"drop", Dropout>> {
    using Module::Module;
    static constexpr auto forward(auto self, auto x) { return self["drop"](self["fc"](x)); }
};
struct Initial : Module<Parameter<"drawn", Shape<3>>, Parameter<"zero", Shape<3>, Zeros>,
                        Parameter<"one", Shape<3>, Ones>> {
    using input_shapes = InputShapes<Shape<3>>;
    static constexpr auto forward(auto self, auto x) {
        return x + (self["drawn"] + (self["zero"] + self["one"]));
    }
};

/// Random numbers on the device, in double.
template <class S>
struct Samples {
    Memory<double> memory;
    Size batch;

    Samples(Size the_batch, std::uint64_t seed) : memory(the_batch * S::dims.elements()), batch(the_batch) {
        Generator generator(seed);
        normal_(memory.data(), memory.size(), 0, 1, generator);
        memory.upload();
    }
    BatchView<const double, Device, S> view() { return {memory.device(), batch}; }
};

/// The gradients of all parameters against central differences; `loss()` runs the model and returns its loss.
template <class M, class LossOf>
void check_parameter_gradients(M& model, const LossOf& loss_of) {
    model.zero_grad();
    model.backward(loss_of());
    const std::vector<double> gradients = test::gradients(model);
    std::vector<double> parameters = test::parameters(model);
    for (const ParameterInfo& row : M::parameter_table()) {
        INFO(std::string(row.name.view()));
        for (Size i = row.offset; i < row.offset + row.dims.elements(); ++i) {
            constexpr double h = 1e-5;
            const double kept = parameters[i];
            parameters[i] = kept + h;
            model.copy_parameters_from(parameters.data());
            const double above = loss_of().item();
            parameters[i] = kept - h;
            model.copy_parameters_from(parameters.data());
            const double below = loss_of().item();
            parameters[i] = kept;
            const double slope = (above - below) / (2 * h);
            REQUIRE(std::fabs(slope - gradients[i]) <= 1e-6 * std::fabs(slope) + 1e-8);
        }
    }
    model.copy_parameters_from(parameters.data());
}

template <class Net, Size In, Size Out>
void check_network() {
    manual_seed(5);
    Model<Net, Device, double> model;
    Samples<Shape<In>> x(7, 1);
    Samples<Shape<Out>> y(7, 2);
    check_parameter_gradients(model, [&] { return MSELoss{}(model(x.view()), y.view()); });
}

template <class Net>
std::vector<std::string> names() {
    std::vector<std::string> result;
    for (const ParameterInfo& row : test::Model<Net>::parameter_table()) result.emplace_back(row.name.view());
    return result;
}

}  // namespace

TEST_CASE("modules: gradients") {
    check_network<Nested, 4, 3>();
    check_network<Shared, 4, 3>();
    check_network<Sequential<Linear<4, 6>, Sum<Linear<6>, Identity, Sequential<Linear<2>, ReLU, Linear<6>>>>,
                  4, 6>();
}

TEST_CASE("a module of two inputs") {
    manual_seed(5);
    Model<TwoInputs, Device, double> model;
    Samples<Shape<4>> x(5, 1);
    Samples<Shape<3>> y(5, 2);
    Samples<Shape<2>> target(5, 3);
    check_parameter_gradients(model, [&] { return MSELoss{}(model(x.view(), y.view()), target.view()); });

    Samples<Shape<3>> fewer(4, 2);
    CHECK_THROWS_WITH(model(x.view(), fewer.view()), "strata: input 1 has 4 samples, and input 0 has 5");

    Trainer trainer{model, MSELoss{}, SGD{.lr = 0.1}};
    const BatchResult first = trainer.step(std::tuple{x.view(), y.view()}, target.view());
    BatchResult last = first;
    for (int i = 0; i < 20; ++i) last = trainer.step(std::tuple{x.view(), y.view()}, target.view());
    CHECK(last.loss < first.loss);
}

TEST_CASE("a module of two outputs, whose losses add up") {
    manual_seed(5);
    Model<TwoHeads, Device, double> model;
    Samples<Shape<4>> x(5, 1);
    Samples<Shape<3>> first(5, 2);
    Samples<Shape<2>> second(5, 3);
    check_parameter_gradients(model, [&] {
        auto [a, b] = model(x.view());
        return MSELoss{}(a, first.view()) + 0.25 * MSELoss{.reduction = Reduction::sum}(b, second.view());
    });

    auto [a, b] = model(x.view());
    const Loss only_one = MSELoss{}(a, first.view());
    CHECK_THROWS_AS(model.backward(only_one), ValueError);
    const Loss other = MSELoss{}(b, second.view());
    CHECK_THROWS_AS(only_one + only_one, ValueError);
    const Loss both = 2 * only_one + other / 4;
    CHECK(both.item() == Approx(2 * only_one.item() + other.item() / 4));
    model.backward(both);
    CHECK_THROWS_AS(model.backward(both), ValueError);

    using Heads = Sequential<Linear<4, 6>, ReLU, Parallel<Linear<3>, Linear<2>>>;
    manual_seed(5);
    Model<Heads, Device, double> heads;
    auto [c, d] = heads(x.view());
    CHECK(test::read(c.batch_view().data, 15) == test::read(a.batch_view().data, 15));
    CHECK(test::read(d.batch_view().data, 10) == test::read(b.batch_view().data, 10));
}

TEST_CASE("a module that returns a value several times, for a loss each") {
    manual_seed(5);
    Model<SameTwice, Device, double> model;
    Samples<Shape<4>> x(5, 1);
    Samples<Shape<3>> first(5, 2), second(5, 3), third(5, 4);
    Samples<Shape<6>> hidden(5, 5);
    check_parameter_gradients(model, [&] {
        auto [a, h, b, c] = model(x.view());
        return MSELoss{}(a, first.view()) + MSELoss{}(h, hidden.view()) + 0.5 * MSELoss{}(b, second.view()) +
               MSELoss{.reduction = Reduction::sum}(c, third.view());
    });
}

TEST_CASE("a module and the Sequential that computes the same give the same bits") {
    using Layers = Sequential<Linear<20, 16>, ReLU, Linear<10>, LogSoftmax>;
    STATIC_REQUIRE(test::Model<Mlp>::training_bytes(16) == test::Model<Layers>::training_bytes(16));
    STATIC_REQUIRE(test::Model<Mlp>::inference_bytes(16) == test::Model<Layers>::inference_bytes(16));

    manual_seed(1);
    test::Model<Mlp> module;
    manual_seed(1);
    test::Model<Layers> layers;
    Memory<float> x(30 * 20);
    Memory<std::int64_t> y(30);
    for (Size i = 0; i < 30; ++i) y[i] = static_cast<std::int64_t>(i % 10);
    Generator generator(2);
    normal_(x.data(), x.size(), 0, 1, generator);
    x.upload();
    y.upload();
    const BatchView<const float, Device, Shape<20>> samples{x.device(), 30};
    const BatchView<const std::int64_t, Device, Shape<>> classes{y.device(), 30};
    Trainer first{module, NLLLoss{}, Adam{}};
    Trainer second{layers, NLLLoss{}, Adam{}};
    for (int step = 0; step < 5; ++step) {
        const BatchResult a = first.step(samples, classes), b = second.step(samples, classes);
        CHECK(a.loss == b.loss);
        CHECK(a.correct == b.correct);
    }
    CHECK(test::parameters(module) == test::parameters(layers));
}

TEST_CASE("names are PyTorch's") {
    using Names = std::vector<std::string>;
    CHECK(names<Sequential<Input<6>, Block>>() ==
          Names{"0.fc1.weight", "0.fc1.bias", "0.fc2.weight", "0.fc2.bias"});
    CHECK(names<Nested>() == Names{"0.weight", "0.bias", "1.fc1.weight", "1.fc1.bias", "1.fc2.weight",
                                   "1.fc2.bias", "2.0.weight", "2.0.bias", "2.2.weight", "2.2.bias",
                                   "3.weight", "3.bias"});
    CHECK(names<Own>() == Names{"scale", "1.weight", "1.bias", "block.fc1.weight", "block.fc1.bias",
                                "block.fc2.weight", "block.fc2.bias"});
}

TEST_CASE("what forward leaves unused is not computed, equal functions are one, sizes are known") {
    using N = Network<Odd>;
    STATIC_REQUIRE(N::layer_count == 5);  // Linear, ReLU, three sums
    STATIC_REQUIRE(N::graph.nodes[2].inputs[0] == N::graph.nodes[2].inputs[1]);
    check_network<Odd, 8, 6>();
}

TEST_CASE("options of a module's layers are given by value") {
    manual_seed(3);
    test::Model<Dropping> model(Dropping({}, {.p = 1}));
    Memory<float> x(std::vector<float>(8, 1.0f));
    const auto y = model(BatchView<const float, Device, Shape<4>>{x.device(), 2}).batch_view();
    CHECK(test::read(y.data, y.size()) == std::vector<float>(12));
}

TEST_CASE("initial values of a module's own parameters") {
    manual_seed(42);
    test::Model<Initial> model;
    const std::vector<float> values = test::parameters(model);
    CHECK(values[0] == Approx(0.33669036626815796));  // torch.manual_seed(42); torch.randn(3)
    CHECK(values[1] == Approx(0.12880940735340118));
    CHECK(values[2] == Approx(0.23446236550807953));
    CHECK(values[64] == 0);
    CHECK(values[128] == 1);
}

namespace {

/// A layer of two outputs inside a module, and what is done with them.
struct UsesHeads : Module<Named<"heads", TwoHeads>, Named<"join", Linear<3>>> {
    static constexpr auto forward(auto self, auto x) {
        const auto heads = self["heads"](x);
        const auto [a, b] = unpack<2>(heads);
        return tanh(heads[0]) + a + self["join"](b);
    }
};
/// Passes them on.
struct PassesHeads : Module<Named<"heads", TwoHeads>> {
    static constexpr auto forward(auto self, auto x) { return self["heads"](x); }
};

/// The shapes of two inputs, stated by the Inputs of the same places.
struct StatesInputs : Module<Input<4>, Named<"left", Linear<3>>, Input<5>, Named<"right", Linear<3>>,
                             Named<"out", Linear<2>>> {
    static constexpr auto forward(auto self, auto x, auto y) {
        return self["out"](tanh(self["left"](x) + self["right"](y)));
    }
};
static_assert(Network<StatesInputs>::inputs == 2 && Network<StatesInputs>::InputShapeOf<0>::dims == dims(4) &&
              Network<StatesInputs>::InputShapeOf<1>::dims == dims(5));
static_assert(Network<PassesHeads>::outputs == 2 && Network<PassesHeads>::OutputShapeOf<1>::dims == dims(2));

template <class X>
void check_same_outputs(auto& a, auto& b, const X& x) {
    const auto y = test::host(a(x)), z = test::host(b(x));
    for (Size i = 0; i < 5; ++i)
        for (Size j = 0; j < 4; ++j) CHECK(double(y(i, j)) == double(z(i, j)));
}

/// The same layers in two orders: their names say which is which, and where they lie follows the list.
struct Listed : Module<Named<"fc1", Linear<4, 4>>, Named<"fc2", Linear<4, 4>>> {
    static constexpr auto forward(auto self, auto x) { return self["fc2"](relu(self["fc1"](x))); }
};
struct ListedOtherwise : Module<Named<"fc2", Linear<4, 4>>, Named<"fc1", Linear<4, 4>>> {
    static constexpr auto forward(auto self, auto x) { return self["fc2"](relu(self["fc1"](x))); }
};

}  // namespace

TEST_CASE("modules: gradients of a layer with several outputs") { check_network<UsesHeads, 4, 3>(); }

TEST_CASE("modules: inputs whose shapes Inputs state") {
    manual_seed(5);
    Model<StatesInputs, Device, double> model;
    Samples<Shape<4>> x(5, 1);
    Samples<Shape<5>> y(5, 2);
    Samples<Shape<2>> target(5, 3);
    check_parameter_gradients(model, [&] { return MSELoss{}(model(x.view(), y.view()), target.view()); });
    CHECK(names<StatesInputs>() == std::vector<std::string>{"left.weight", "left.bias", "right.weight",
                                                            "right.bias", "out.weight", "out.bias"});
}

TEST_CASE("a layer is found by its name, in whatever order it is listed") {
    manual_seed(5);
    Model<Listed, Device, double> model;
    Model<ListedOtherwise, Device, double> other;
    CHECK(copy_matching(model, other).loaded.size() == 4);
    Samples<Shape<4>> x(5, 1);
    check_same_outputs(model, other, x.view());
}
