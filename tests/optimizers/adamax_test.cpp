// Adamax: steps against PyTorch, options that are refused, and parameters that have no gradient.

#include "optimizers/optimizer_check.hpp"

#include <strata/optimizers/adamax.hpp>

using namespace optimizer_check;
using strata::Adamax;

TEST_CASE("Adamax takes PyTorch's steps") {
    check_float(Adamax{}, numbers::adamax_default_float);
    check_float(Adamax{.lr = 0.01, .betas = {0.8, 0.9}, .eps = 1e-4, .weight_decay = 0.1, .maximize = true},
                numbers::adamax_decayed_float);
    check_double(Adamax{}, numbers::adamax_default_double, numbers::adamax_default_double_halved_at_10);
}

TEST_CASE("Adamax refuses options out of range") {
    check_refused(Adamax{.lr = -0.1}, "strata: Adamax: lr is -0.1, but must be at least 0");
    check_refused(Adamax{.betas = {-0.1, 0.999}}, "strata: Adamax: betas[0] is -0.1, but must be in [0, 1)");
    check_refused(Adamax{.betas = {1, 0.999}}, "strata: Adamax: betas[0] is 1, but must be in [0, 1)");
    check_refused(Adamax{.betas = {0.9, -0.5}}, "strata: Adamax: betas[1] is -0.5, but must be in [0, 1)");
    check_refused(Adamax{.betas = {0.9, std::nan("")}},
                  "strata: Adamax: betas[1] is nan, but must be in [0, 1)");
    check_refused(Adamax{.eps = -1e-8}, "strata: Adamax: eps is -1e-08, but must be at least 0");
    check_refused(Adamax{.weight_decay = -1}, "strata: Adamax: weight_decay is -1, but must be at least 0");
}

TEST_CASE("Adamax leaves padding alone, and never divides by zero") {
    check_padding(Adamax{});
    check_padding(
        Adamax{.lr = 0.01, .betas = {0.8, 0.9}, .eps = 1e-4, .weight_decay = 0.1, .maximize = true});
}
