// LAMB: steps against a reference implementation, options that are refused, and parameters without a gradient.

#include "golden/lamb.hpp"
#include "optimizers/tensor_check.hpp"

#include <strata/optimizers/lamb.hpp>

using namespace tensor_check;
namespace numbers = golden::lamb;

namespace {

using Net = Sequential<Linear<5, 7>, ReLU, Linear<3>, LogSoftmax>;

template <class T>
test::Model<Net, T> network() {
    manual_seed(42);
    test::Model<Net> drawn;
    test::fill(drawn.parameter<"2.bias">(), 0);
    const std::vector<float> single = test::parameters(drawn);
    const std::vector<T> values(single.begin(), single.end());
    test::Model<Net, T> model;
    model.copy_parameters_from(values.data());
    return model;
}

constexpr LAMB other{.lr = 0.05, .betas = {0.8, 0.95}, .eps = 1e-3, .weight_decay = 0.2};
constexpr LAMB plain{.lr = 0.02, .weight_decay = 0};

}  // namespace

TEST_CASE("LAMB takes its paper's steps") {
    const auto single = network<float>();
    check(single, LAMB{.lr = 0.01}, numbers::default_losses_float, numbers::default_float, 2e-6);
    check(single, other, numbers::other_losses_float, numbers::other_float, 2e-6);
    check(single, plain, numbers::plain_losses_float, numbers::plain_float, 2e-6);
    const auto doubles = network<double>();
    check(doubles, LAMB{.lr = 0.01}, numbers::default_losses_double, numbers::default_double, 1e-13);
    check(doubles, other, numbers::other_losses_double, numbers::other_double, 1e-13);
    check(doubles, plain, numbers::plain_losses_double, numbers::plain_double, 1e-13);
}

TEST_CASE("LAMB leaves zeros without a gradient alone") {
    auto model = network<float>();
    Optimizer optimizer{model, LAMB{.lr = 0.1, .eps = 0}};
    const auto x = to<test::Device>(xt::xtensor<float, 2>(inputs<float>() * 0));
    for (int i = 0; i < 3; ++i) {  // with inputs of zero the first weight has a gradient of zero
        optimizer.zero_grad();
        model.backward(NLLLoss{}(model(x), to<test::Device>(labels())));
        test::fill(model.parameter<"0.weight">(), 0);
        optimizer.step();
        for (const float weight : test::host(model.parameter<"0.weight">())) CHECK(weight == 0);
    }
    for (const float value : test::parameters(model)) CHECK(std::isfinite(value));
}

TEST_CASE("LAMB refuses options out of range") {
    CHECK_THROWS_WITH(LAMB{.lr = -0.1}.validate(), "strata: LAMB: lr is -0.1, but must be at least 0");
    CHECK_THROWS_WITH((LAMB{.betas = {1, 0.9}}.validate()),
                      "strata: LAMB: betas[0] is 1, but must be in [0, 1)");
    CHECK_THROWS_WITH((LAMB{.betas = {0.9, -1}}.validate()),
                      "strata: LAMB: betas[1] is -1, but must be in [0, 1)");
    CHECK_THROWS_WITH(LAMB{.eps = -1}.validate(), "strata: LAMB: eps is -1, but must be at least 0");
    CHECK_THROWS_WITH(LAMB{.weight_decay = -1}.validate(),
                      "strata: LAMB: weight_decay is -1, but must be at least 0");
}
