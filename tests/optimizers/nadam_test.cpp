// NAdam: steps against PyTorch, options that are refused, and parameters that have no gradient.

#include "optimizers/optimizer_check.hpp"

#include <strata/optimizers/nadam.hpp>

using namespace optimizer_check;
using strata::NAdam;

TEST_CASE("NAdam takes PyTorch's steps") {
    check_float(NAdam{}, numbers::nadam_default_float);
    check_float(
        NAdam{.lr = 0.01, .betas = {0.8, 0.99}, .eps = 1e-4, .weight_decay = 0.1, .momentum_decay = 0.1},
        numbers::nadam_decayed_float);
    check_double(NAdam{}, numbers::nadam_default_double, numbers::nadam_default_double_halved_at_10);
}

TEST_CASE("NAdam refuses options out of range") {
    check_refused(NAdam{.lr = -0.1}, "strata: NAdam: lr is -0.1, but must be at least 0");
    check_refused(NAdam{.betas = {-0.1, 0.999}}, "strata: NAdam: betas[0] is -0.1, but must be in [0, 1)");
    check_refused(NAdam{.betas = {1, 0.999}}, "strata: NAdam: betas[0] is 1, but must be in [0, 1)");
    check_refused(NAdam{.betas = {0.9, -0.5}}, "strata: NAdam: betas[1] is -0.5, but must be in [0, 1)");
    check_refused(NAdam{.betas = {0.9, std::nan("")}},
                  "strata: NAdam: betas[1] is nan, but must be in [0, 1)");
    check_refused(NAdam{.eps = -1e-8}, "strata: NAdam: eps is -1e-08, but must be at least 0");
    check_refused(NAdam{.weight_decay = -1}, "strata: NAdam: weight_decay is -1, but must be at least 0");
    check_refused(NAdam{.momentum_decay = -1}, "strata: NAdam: momentum_decay is -1, but must be at least 0");
}

TEST_CASE("NAdam leaves padding alone, and never divides by zero") {
    check_padding(NAdam{});
    check_padding(
        NAdam{.lr = 0.01, .betas = {0.8, 0.99}, .eps = 1e-4, .weight_decay = 0.1, .momentum_decay = 0.1});
}
