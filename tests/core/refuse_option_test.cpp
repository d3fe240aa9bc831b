// The wording of refused options.

#include "catch.hpp"

#include <cmath>
#include <strata/core/refuse_option.hpp>
#include <strata/core/shape.hpp>

using namespace strata;

TEST_CASE("A refused option is named with its owner, its value and its limit") {
    CHECK_THROWS_AS(refuse_option("Dropout", "p", 1.5, "in [0, 1]"), ValueError);
    CHECK_THROWS_WITH(refuse_option("Dropout", "p", 1.5, "in [0, 1]"),
                      "strata: Dropout: p is 1.5, but must be in [0, 1]");
    CHECK_THROWS_WITH(refuse_option("Optimizer", "mode", "sideways", "\"min\" or \"max\""),
                      "strata: Optimizer: mode is sideways, but must be \"min\" or \"max\"");
}

TEST_CASE("A refused number and its limit do not look alike, and integers keep all their digits") {
    CHECK_THROWS_WITH(refuse_option("uniform_", "from", 1.0000001, "at most to = ", 1.0),
                      "strata: uniform_: from is 1.0000001, but must be at most to = 1");
    CHECK_THROWS_WITH(refuse_option("DataLoader", "num_workers", Size{12345678901}, "at most ", 1024),
                      "strata: DataLoader: num_workers is 12345678901, but must be at most 1024");
    CHECK_THROWS_WITH(refuse_option("StepLR", "step_size", -12345678901LL, "at least 1"),
                      "strata: StepLR: step_size is -12345678901, but must be at least 1");
}

TEST_CASE("check_option lets fine and finite values pass, and no others") {
    check_option(true, "SGD", "lr", 0.1, "at least 0");
    check_option(true, "StepLR", "step_size", 3LL, "at least 1");
    CHECK_THROWS_WITH(check_option(false, "SGD", "lr", -0.1, "at least 0"),
                      "strata: SGD: lr is -0.1, but must be at least 0");
    CHECK_THROWS_WITH(check_option(true, "SGD", "lr", std::nan(""), "at least 0"),
                      "strata: SGD: lr is nan, but must be at least 0");
    CHECK_THROWS_WITH(check_option(true, "SGD", "lr", HUGE_VAL, "at least 0"),
                      "strata: SGD: lr is inf, but must be at least 0, and finite");
}
