// Adam: steps against PyTorch, options that are refused, and parameters that have no gradient.

#include "optimizers/optimizer_check.hpp"

#include <strata/optimizers/adam.hpp>

using namespace optimizer_check;
using strata::Adam;

TEST_CASE("Adam takes PyTorch's steps") {
    check_float(Adam{}, numbers::adam_default_float);
    check_float(Adam{.lr = 0.01, .betas = {0.5, 0.6}, .amsgrad = true}, numbers::adam_amsgrad_float);
    check_float(Adam{.lr = 0.01, .betas = {0.8, 0.99}, .eps = 1e-3, .weight_decay = 0.1, .maximize = true},
                numbers::adam_decayed_float);
    check_double(Adam{}, numbers::adam_default_double, numbers::adam_default_double_halved_at_10);
}

TEST_CASE("Adam refuses options out of range") {
    check_refused(Adam{.lr = -0.1}, "strata: Adam: lr is -0.1, but must be at least 0");
    check_refused(Adam{.betas = {-0.1, 0.999}}, "strata: Adam: betas[0] is -0.1, but must be in [0, 1)");
    check_refused(Adam{.betas = {1, 0.999}}, "strata: Adam: betas[0] is 1, but must be in [0, 1)");
    check_refused(Adam{.betas = {0.9, -0.5}}, "strata: Adam: betas[1] is -0.5, but must be in [0, 1)");
    check_refused(Adam{.betas = {0.9, std::nan("")}}, "strata: Adam: betas[1] is nan, but must be in [0, 1)");
    check_refused(Adam{.eps = -1e-8}, "strata: Adam: eps is -1e-08, but must be at least 0");
    check_refused(Adam{.weight_decay = -1}, "strata: Adam: weight_decay is -1, but must be at least 0");
}

TEST_CASE("Adam leaves padding alone, and never divides by zero") {
    check_padding(Adam{});
    check_padding(Adam{.lr = 0.01, .betas = {0.5, 0.6}, .amsgrad = true});
    check_padding(Adam{.lr = 0.01, .betas = {0.8, 0.99}, .eps = 1e-3, .weight_decay = 0.1, .maximize = true});
}
