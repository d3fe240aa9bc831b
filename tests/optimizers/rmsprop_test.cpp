// RMSprop: steps against PyTorch, options that are refused, and parameters that have no gradient.

#include "optimizers/optimizer_check.hpp"

#include <strata/optimizers/rmsprop.hpp>

using namespace optimizer_check;
using strata::RMSprop;

TEST_CASE("RMSprop takes PyTorch's steps") {
    check_float(RMSprop{}, numbers::rmsprop_default_float);
    check_float(RMSprop{.lr = 0.001, .alpha = 0.9, .momentum = 0.8, .maximize = true},
                numbers::rmsprop_momentum_float);
    check_float(RMSprop{.lr = 0.001, .alpha = 0.9, .eps = 1e-3, .weight_decay = 0.1, .centered = true},
                numbers::rmsprop_centered_float);
    check_float(RMSprop{.lr = 0.001, .alpha = 0.8, .eps = 1e-3, .momentum = 0.7, .centered = true},
                numbers::rmsprop_both_float);
    check_double(RMSprop{}, numbers::rmsprop_default_double, numbers::rmsprop_default_double_halved_at_10);
}

TEST_CASE("RMSprop refuses options out of range") {
    check_refused(RMSprop{.lr = -0.1}, "strata: RMSprop: lr is -0.1, but must be at least 0");
    check_refused(RMSprop{.eps = -1e-8}, "strata: RMSprop: eps is -1e-08, but must be at least 0");
    check_refused(RMSprop{.weight_decay = -1}, "strata: RMSprop: weight_decay is -1, but must be at least 0");
    check_refused(RMSprop{.alpha = -0.5}, "strata: RMSprop: alpha is -0.5, but must be at least 0");
    check_refused(RMSprop{.momentum = -0.5}, "strata: RMSprop: momentum is -0.5, but must be at least 0");
}

TEST_CASE("RMSprop leaves padding alone, and never divides by zero") {
    check_padding(RMSprop{});
    check_padding(RMSprop{.lr = 0.001, .alpha = 0.9, .momentum = 0.8, .maximize = true});
    check_padding(RMSprop{.lr = 0.001, .alpha = 0.9, .eps = 1e-3, .weight_decay = 0.1, .centered = true});
    check_padding(RMSprop{.lr = 0.001, .alpha = 0.8, .eps = 1e-3, .momentum = 0.7, .centered = true});
}

TEST_CASE("RMSprop, centered, survives a variance that rounds below zero") {
    for (const double alpha : {0.5, 0.6, 0.7, 0.8, 0.9})  // PyTorch: NaN after 22 to 131 steps
        check_constant_gradient(RMSprop{.alpha = alpha, .centered = true});
}
