// clip_grad_value_: PyTorch's gradients, what is not finite, and what is refused.

#include "optimizers/clip_grad_check.hpp"

#include <limits>
#include <strata/optimizers/clip_grad_value.hpp>

using namespace clip_grad_check;

TEST_CASE("clip_grad_value_ is PyTorch's") {
    test::Model<Net> model = seeded();
    clip_grad_value_(model, 0.05);
    CHECK_FALSE(model.has_gradients());
    backward(model);
    clip_grad_value_(model, 0.05);
    check_gradients(model, numbers::value);
}

TEST_CASE("infinite gradients become finite, and NaN stays") {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    test::Model<Net> model = seeded();
    backward(model);
    test::assign(model.gradient<"2.bias">(), {infinity, -infinity, std::nanf("")});
    clip_grad_value_(model, 0.5);
    const auto bias = test::host(model.gradient<"2.bias">());
    CHECK(bias(0) == 0.5f);
    CHECK(bias(1) == -0.5f);
    CHECK(std::isnan(bias(2)));
}

TEST_CASE("clip_grad_value_ refuses a value below 0") {
    test::Model<Net> model = seeded();
    CHECK_THROWS_WITH(clip_grad_value_(model, -0.5),
                      "strata: clip_grad_value_: clip_value is -0.5, but must be at least 0");
    CHECK_THROWS_AS(clip_grad_value_(model, std::nan("")), ValueError);
}
