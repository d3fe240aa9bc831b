// Broadcasting in the forward of a module, against PyTorch.

#include "layers/functions/function_check.hpp"

#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/arithmetic_number.hpp>
#include <strata/layers/functions/maximum.hpp>
#include <strata/layers/functions/reduce.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/optimizers/sgd.hpp>

namespace functions_of_shapes_that_differ {

using function_check::check;
using function_check::check_gradients;
using strata::Module;
using strata::Parameter;
using strata::Shape;

struct Bias : Module<Parameter<"scale", Shape<3, 4>>, Parameter<"bias", Shape<4>>> {
    static constexpr auto forward(auto self, auto x) { return x * self["scale"] + self["bias"]; }
};
struct Channels : Module<Parameter<"scale", Shape<3, 2, 2>>, Parameter<"a", Shape<3, 1, 1>>,
                         Parameter<"b", Shape<3, 1, 1>>> {
    static constexpr auto forward(auto self, auto x) {
        return (x * self["scale"] - self["a"]) / (self["b"] * self["b"] + 1);
    }
};
struct Scalars : Module<Parameter<"scale", Shape<2, 3>>, Parameter<"a", Shape<1>>,
                        Parameter<"b", Shape<1, 1>>, Parameter<"c", Shape<>>> {
    static constexpr auto forward(auto self, auto x) {
        return (self["a"] * (x * self["scale"]) + self["b"]) - self["c"];
    }
};
struct Outer : Module<Parameter<"scale", Shape<3, 1>>, Parameter<"a", Shape<3, 5>>> {
    static constexpr auto forward(auto self, auto x) { return self["a"] * (x * self["scale"]); }
};
struct Smaller : Module<Parameter<"scale", Shape<1, 4>>, Parameter<"a", Shape<2, 1>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return maximum(self["a"] / x, self["a"] - x);
    }
};
struct OfBatches : Module<Parameter<"scale", Shape<3, 4>>, Parameter<"a", Shape<4>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return sum(x * self["a"], -1, true) * x + mean(x, 1, true) / (x * x + 1);
    }
};
struct Singles : Module<Parameter<"scale", Shape<2, 3>>, Parameter<"a", Shape<3>>,
                        Parameter<"b", Shape<2, 1>>, Parameter<"c", Shape<>>> {
    static constexpr auto forward(auto self, auto x) {
        return x * self["scale"] + (self["a"] * self["b"] - self["c"]) * (self["a"] + self["a"]);
    }
};
struct Wide
    : Module<Parameter<"scale", Shape<2, 35>>, Parameter<"a", Shape<2, 1>>, Parameter<"b", Shape<35>>> {
    static constexpr auto forward(auto self, auto x) { return x * self["scale"] * self["a"] + self["b"]; }
};
struct Alternating : Module<Parameter<"scale", Shape<2, 2, 2, 17>>, Parameter<"a", Shape<2, 1, 2, 1>>> {
    static constexpr auto forward(auto self, auto x) { return x * self["scale"] * self["a"]; }
};
struct Many : Module<Parameter<"scale", Shape<3>>, Parameter<"a", Shape<3>>, Parameter<"b", Shape<1>>> {
    static constexpr auto forward(auto self, auto x) { return x * self["scale"] * self["a"] - self["b"]; }
};

TEST_CASE("A parameter is broadcast to the samples") {
    check<Shape<3, 4>, Bias>(golden::functions::bias_1);
    check<Shape<3, 4>, Bias>(golden::functions::bias_2);
    check_gradients<Shape<3, 4>, Bias>(golden::functions::bias_2);
    check<Shape<3, 2, 2>, Channels>(golden::functions::channels_1);
    check<Shape<3, 2, 2>, Channels>(golden::functions::channels_2);
    check_gradients<Shape<3, 2, 2>, Channels>(golden::functions::channels_2);
    check<Shape<2, 3>, Scalars>(golden::functions::scalars_1);
    check<Shape<2, 3>, Scalars>(golden::functions::scalars_2);
    check_gradients<Shape<2, 3>, Scalars>(golden::functions::scalars_2);
}

TEST_CASE("The samples are broadcast to a parameter, or both to what neither is") {
    check<Shape<3, 1>, Outer>(golden::functions::outer_1);
    check<Shape<3, 1>, Outer>(golden::functions::outer_2);
    check_gradients<Shape<3, 1>, Outer>(golden::functions::outer_2);
    check<Shape<1, 4>, Smaller>(golden::functions::smaller_1);
    check<Shape<1, 4>, Smaller>(golden::functions::smaller_2);
    check_gradients<Shape<1, 4>, Smaller>(golden::functions::smaller_2);
}

TEST_CASE("Two batches, and two single tensors, are broadcast") {
    check<Shape<3, 4>, OfBatches>(golden::functions::of_batches_1);
    check<Shape<3, 4>, OfBatches>(golden::functions::of_batches_2);
    check_gradients<Shape<3, 4>, OfBatches>(golden::functions::of_batches_2);
    check<Shape<2, 3>, Singles>(golden::functions::singles_1);
    check<Shape<2, 3>, Singles>(golden::functions::singles_2);
    check_gradients<Shape<2, 3>, Singles>(golden::functions::singles_2);
}

TEST_CASE("Broadcasting where packs of numbers are whole") {
    check<Shape<2, 35>, Wide>(golden::functions::wide_3);
    check<Shape<2, 2, 2, 17>, Alternating>(golden::functions::alternating_1);
    check<Shape<3>, Many>(golden::functions::many_70);
}

struct Line : Module<Parameter<"w", Shape<1>>, Parameter<"b", Shape<1>>> {
    static constexpr auto forward(auto self, auto x) { return self["w"] * x + self["b"]; }
};

TEST_CASE("A line of bare parameters learns as PyTorch's does") {
    using namespace strata;
    using T = float;
    Model<Sequential<Input<1>, Line>, test::Device, T> model;
    std::vector<T> flat(model.flat_parameters().size());
    flat[model.parameter_table()[0].offset] = 0.25f;
    flat[model.parameter_table()[1].offset] = -1;
    model.copy_parameters_from(flat.data());
    const xt::xtensor<T, 2> x = xt::adapt(golden::functions::regression_x, std::array<std::size_t, 2>{8, 1});
    const xt::xtensor<T, 2> target =
        xt::adapt(golden::functions::regression_target, std::array<std::size_t, 2>{8, 1});
    const auto device_x = test::to(x);
    const auto device_target = test::to(target);
    Optimizer optimizer(model, SGD{.lr = 0.1});
    std::vector<double> losses;
    for (int step = 0; step < 10; ++step) {
        model.zero_grad();
        const Loss loss = MSELoss{}(model(device_x), device_target);
        losses.push_back(loss.item());
        model.backward(loss);
        optimizer.step();
    }
    CHECK(
        function_check::close("losses", losses, std::span(golden::functions::regression_losses), 1e-5, 1e-6));
    model.copy_parameters_to(flat.data());
    const std::vector<T> end = {flat[model.parameter_table()[0].offset],
                                flat[model.parameter_table()[1].offset]};
    CHECK(function_check::close("w and b", end, std::span(golden::functions::regression_end), 1e-5, 1e-6));
}

}  // namespace functions_of_shapes_that_differ
