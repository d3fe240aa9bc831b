// Adagrad: steps against PyTorch, options that are refused, and parameters that have no gradient.

#include "optimizers/optimizer_check.hpp"

#include <strata/optimizers/adagrad.hpp>

using namespace optimizer_check;
using strata::Adagrad;

TEST_CASE("Adagrad takes PyTorch's steps") {
    check_float(Adagrad{}, numbers::adagrad_default_float);
    check_float(Adagrad{.lr = 0.1,
                        .lr_decay = 0.05,
                        .weight_decay = 0.1,
                        .initial_accumulator_value = 0.2,
                        .eps = 1e-6,
                        .maximize = true},
                numbers::adagrad_decayed_float);
    check_double(Adagrad{}, numbers::adagrad_default_double, numbers::adagrad_default_double_halved_at_10);
}

TEST_CASE("Adagrad refuses options out of range") {
    check_refused(Adagrad{.lr = -0.1}, "strata: Adagrad: lr is -0.1, but must be at least 0");
    check_refused(Adagrad{.eps = -1e-8}, "strata: Adagrad: eps is -1e-08, but must be at least 0");
    check_refused(Adagrad{.weight_decay = -1}, "strata: Adagrad: weight_decay is -1, but must be at least 0");
    check_refused(Adagrad{.lr_decay = -0.5}, "strata: Adagrad: lr_decay is -0.5, but must be at least 0");
    check_refused(Adagrad{.initial_accumulator_value = -2},
                  "strata: Adagrad: initial_accumulator_value is -2, but must be at least 0");
}

TEST_CASE("Adagrad leaves padding alone, and never divides by zero") {
    check_padding(Adagrad{});
    check_padding(Adagrad{.lr = 0.1,
                          .lr_decay = 0.05,
                          .weight_decay = 0.1,
                          .initial_accumulator_value = 0.2,
                          .eps = 1e-6,
                          .maximize = true});
}
