// Lion: steps against a reference implementation, options that are refused, and parameters that have no
// gradient; that NaN is not hidden.

#include "golden/lion.hpp"
#include "optimizers/optimizer_check.hpp"

#include <strata/optimizers/lion.hpp>

using namespace optimizer_check;
using strata::Lion;

TEST_CASE("Lion takes the steps of the paper's algorithm") {
    check_float(Lion{}, golden::lion::default_float);
    check_float(Lion{.lr = 0.01, .betas = {0.8, 0.95}, .weight_decay = 0.3}, golden::lion::decayed_float);
    check_double(Lion{}, golden::lion::default_double, golden::lion::default_double_halved_at_10);
}

TEST_CASE("Lion refuses options out of range") {
    check_refused(Lion{.lr = -0.1}, "strata: Lion: lr is -0.1, but must be at least 0");
    check_refused(Lion{.betas = {1, 0.99}}, "strata: Lion: betas[0] is 1, but must be in [0, 1)");
    check_refused(Lion{.betas = {0.9, -0.5}}, "strata: Lion: betas[1] is -0.5, but must be in [0, 1)");
    check_refused(Lion{.weight_decay = std::nan("")},
                  "strata: Lion: weight_decay is nan, but must be at least 0");
}

TEST_CASE("Lion leaves padding alone") {
    check_padding(Lion{});
    check_padding(Lion{.lr = 0.01, .betas = {0.8, 0.95}, .weight_decay = 0.3});
}

TEST_CASE("Lion does not hide a gradient that is NaN") {
    Run<float, Lion> run(Lion{});
    run.step([](strata::Size i) { return i == 3 ? std::nan("") : 1; });
    for (strata::Size i = 0; i < size; ++i) CHECK(std::isnan(run.parameters[i]) == (i == 3));
}
