// Activations, elementwise functions and arithmetic in the forward of a module, against PyTorch.

#include "layers/functions/function_check.hpp"

#include <strata/layers/dropout.hpp>
#include <strata/layers/elu.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/arithmetic_number.hpp>
#include <strata/layers/functions/cat.hpp>
#include <strata/layers/functions/clamp.hpp>
#include <strata/layers/functions/maximum.hpp>
#include <strata/layers/functions/pointwise.hpp>
#include <strata/layers/functions/pow.hpp>
#include <strata/layers/functions/unsqueeze.hpp>
#include <strata/layers/gelu.hpp>
#include <strata/layers/leaky_relu.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/layers/sigmoid.hpp>
#include <strata/layers/silu.hpp>
#include <strata/layers/softmax.hpp>
#include <strata/layers/softplus.hpp>
#include <strata/layers/tanh.hpp>

namespace functions_of_elements {

using function_check::check;
using function_check::check_gradients;
using strata::Approximate;
using strata::Module;
using strata::Parameter;
using strata::Shape;
using strata::Size;
using strata::Value;

// The functions themselves are found by their arguments, wherever a module is declared.

struct Activations : Module<Parameter<"scale", Shape<3>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return strata::cat({strata::cat({relu(x), sigmoid(x), tanh(x), gelu(x)}), gelu(x, Approximate::tanh),
                            silu(x), elu(x), elu(x, 0.5), leaky_relu(x), leaky_relu(x, 0.2),
                            strata::cat({softplus(x), softplus(x, 2, 1)})});
    }
};
struct Softmaxes : Module<Parameter<"scale", Shape<3, 4>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return strata::cat({softmax(x, 1), softmax(x), log_softmax(x, 2), log_softmax(x, -2)});
    }
};
struct Views : Module<Parameter<"scale", Shape<2, 3>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * reshape<2, 3>(flatten(self["scale"]));
        return strata::cat({flatten(x), flatten(reshape<3, 2>(x)), flatten(squeeze(unsqueeze(x, -1), 2))});
    }
};
struct Pointwise : Module<Parameter<"scale", Shape<17>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return strata::cat({exp(x), abs(x), square(x), sin(x), cos(x), clamp(x, -0.5, 0.75)});
    }
};
struct Powers : Module<Parameter<"scale", Shape<3>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        return strata::cat({log(x), sqrt(x), reciprocal(x), pow(x, 2), pow(x, 3), pow(x, 1), pow(x, 0),
                            pow(x, 0.5), pow(x, -1), pow(x, -1.5), pow(x, 2.7)});
    }
};
struct Roots : Module<Parameter<"scale", Shape<5>>> {
    static constexpr auto forward(auto self, auto x) { return rsqrt(x * self["scale"]); }
};
struct Numbers : Module<Parameter<"scale", Shape<3>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        Value y = x;
        y += 1;
        y *= 0.5;
        y -= 3;
        y /= 2;
        return strata::cat({2 * x, x * 3, x + 1, 1.5 + x, 1 - x, x - 2, x / 3, 3 / x, -x, y});
    }
};
struct TwoValues : Module<Parameter<"scale", Shape<2, 9>>> {
    static constexpr auto forward(auto self, auto x) {
        x = x * self["scale"];
        const auto y = x * x - 0.5;
        return strata::cat(
            {x + y, x - y, x * y, x / (y * y + 1), maximum(x, y), minimum(x, y), x + x, x * x});
    }
};

TEST_CASE("Activations are functions") {
    check<Shape<3>, Activations>(golden::functions::activations_1);
    check<Shape<3>, Activations>(golden::functions::activations_2);
    check_gradients<Shape<3>, Activations>(golden::functions::activations_2);
    check<Shape<3, 4>, Softmaxes>(golden::functions::softmaxes_1);
    check<Shape<3, 4>, Softmaxes>(golden::functions::softmaxes_2);
    check_gradients<Shape<3, 4>, Softmaxes>(golden::functions::softmaxes_2);
}

TEST_CASE("flatten, reshape, unsqueeze and squeeze are views, of parameters too") {
    check<Shape<2, 3>, Views>(golden::functions::views_1);
    check<Shape<2, 3>, Views>(golden::functions::views_2);
    check_gradients<Shape<2, 3>, Views>(golden::functions::views_2);
}

TEST_CASE("Elementwise functions") {
    check<Shape<17>, Pointwise>(golden::functions::pointwise_1);
    check_gradients<Shape<17>, Pointwise>(golden::functions::pointwise_1);
    check<Shape<3>, Powers>(golden::functions::powers_1);
    check<Shape<3>, Powers>(golden::functions::powers_2);
    check_gradients<Shape<3>, Powers>(golden::functions::powers_2);
    check<Shape<5>, Roots>(golden::functions::rsqrt_1);
    check<Shape<5>, Roots>(golden::functions::rsqrt_2);
    check_gradients<Shape<5>, Roots>(golden::functions::rsqrt_2);
}

TEST_CASE("Arithmetic with numbers") {
    check<Shape<3>, Numbers>(golden::functions::numbers_1);
    check<Shape<3>, Numbers>(golden::functions::numbers_2);
    check_gradients<Shape<3>, Numbers>(golden::functions::numbers_2);
}

TEST_CASE("Arithmetic of two values of one shape") {
    check<Shape<2, 9>, TwoValues>(golden::functions::two_values_2);
    check_gradients<Shape<2, 9>, TwoValues>(golden::functions::two_values_2);
}

struct TwoDropouts : Module<> {
    static constexpr auto forward(auto x) { return dropout(x) - dropout(x); }
};
struct SameDropout : Module<> {
    static constexpr auto forward(auto x) {
        x = dropout(x, 0.75);
        return x - x;
    }
};

TEST_CASE("Each call of dropout draws anew, and in evaluation it does nothing") {
    const std::vector<float> hundred(100, 1.0f);
    const golden::functions::Case ones{1, hundred, {}, {}, {}, {}, {}};
    function_check::Run<Shape<100>, TwoDropouts, float> two(ones);
    Size different = 0;
    for (float y : two.outputs()) different += y != 0;
    CHECK(different > 20);
    CHECK(different < 80);
    two.model.eval();
    CHECK(two.outputs() == std::vector<float>(100, 0.0f));
    CHECK(function_check::Run<Shape<100>, SameDropout, float>(ones).outputs() ==
          std::vector<float>(100, 0.0f));
}

}  // namespace functions_of_elements
