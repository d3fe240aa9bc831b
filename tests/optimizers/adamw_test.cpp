// AdamW: steps against PyTorch, options that are refused, and parameters that have no gradient.

#include "optimizers/optimizer_check.hpp"

#include <strata/optimizers/adamw.hpp>

using namespace optimizer_check;
using strata::AdamW;

TEST_CASE("AdamW takes PyTorch's steps") {
    check_float(AdamW{}, numbers::adamw_default_float);
    check_float(AdamW{.lr = 0.01, .betas = {0.5, 0.6}, .amsgrad = true}, numbers::adamw_amsgrad_float);
    check_float(AdamW{.lr = 0.01, .betas = {0.8, 0.99}, .eps = 1e-3, .weight_decay = 0.5, .maximize = true},
                numbers::adamw_decayed_float);
    check_double(AdamW{}, numbers::adamw_default_double, numbers::adamw_default_double_halved_at_10);
}

TEST_CASE("AdamW refuses options out of range") {
    check_refused(AdamW{.lr = -0.1}, "strata: AdamW: lr is -0.1, but must be at least 0");
    check_refused(AdamW{.betas = {-0.1, 0.999}}, "strata: AdamW: betas[0] is -0.1, but must be in [0, 1)");
    check_refused(AdamW{.betas = {1, 0.999}}, "strata: AdamW: betas[0] is 1, but must be in [0, 1)");
    check_refused(AdamW{.betas = {0.9, -0.5}}, "strata: AdamW: betas[1] is -0.5, but must be in [0, 1)");
    check_refused(AdamW{.betas = {0.9, std::nan("")}},
                  "strata: AdamW: betas[1] is nan, but must be in [0, 1)");
    check_refused(AdamW{.eps = -1e-8}, "strata: AdamW: eps is -1e-08, but must be at least 0");
    check_refused(AdamW{.weight_decay = -1}, "strata: AdamW: weight_decay is -1, but must be at least 0");
}

TEST_CASE("AdamW leaves padding alone, and never divides by zero") {
    check_padding(AdamW{});
    check_padding(AdamW{.lr = 0.01, .betas = {0.5, 0.6}, .amsgrad = true});
    check_padding(
        AdamW{.lr = 0.01, .betas = {0.8, 0.99}, .eps = 1e-3, .weight_decay = 0.5, .maximize = true});
}
