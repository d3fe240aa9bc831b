// Denormal numbers are zero inside the scope of a pass, and numbers again behind it.

#include "catch.hpp"
#include <strata/strata.hpp>

using namespace strata;

namespace {

/// 1e-39: a product that only the processor can work out, at run time.
float tiny() {
    volatile float a = 1e-20f, b = 1e-19f;
    return a * b;
}

}  // namespace

TEST_CASE("denormal numbers are flushed within the scope only") {
    REQUIRE(tiny() > 0);
    {
        const cpu::FlushDenormals scope;
        CHECK(tiny() == 0);
        {
            const cpu::FlushDenormals inner;
            CHECK(tiny() == 0);
        }
        CHECK(tiny() == 0);
    }
    CHECK(tiny() > 0);
}

TEST_CASE("a training step leaves the processor's mode as it was, also when it throws") {
    Model<Sequential<Linear<2, 2>, LogSoftmax>> model;
    Trainer trainer{model, NLLLoss{}, Adam{}};
    const xt::xtensor<float, 2> x = {{1.f, 2.f}};
    const xt::xtensor<std::int64_t, 1> good = {1}, bad = {7};
    trainer.step(x, good);
    CHECK(tiny() > 0);
    CHECK_THROWS_AS(trainer.step(x, bad), ValueError);
    CHECK(tiny() > 0);
}
