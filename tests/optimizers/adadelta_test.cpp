// Adadelta: steps against PyTorch, options that are refused, and parameters that have no gradient.

#include "optimizers/optimizer_check.hpp"

#include <strata/optimizers/adadelta.hpp>

using namespace optimizer_check;
using strata::Adadelta;

TEST_CASE("Adadelta takes PyTorch's steps") {
    check_float(Adadelta{}, numbers::adadelta_default_float);
    check_float(Adadelta{.lr = 0.5, .rho = 0.7, .eps = 1e-4, .weight_decay = 0.1, .maximize = true},
                numbers::adadelta_decayed_float);
    check_double(Adadelta{}, numbers::adadelta_default_double, numbers::adadelta_default_double_halved_at_10);
}

TEST_CASE("Adadelta refuses options out of range") {
    check_refused(Adadelta{.lr = -0.1}, "strata: Adadelta: lr is -0.1, but must be at least 0");
    check_refused(Adadelta{.eps = -1e-8}, "strata: Adadelta: eps is -1e-08, but must be at least 0");
    check_refused(Adadelta{.weight_decay = -1},
                  "strata: Adadelta: weight_decay is -1, but must be at least 0");
    check_refused(Adadelta{.rho = 1.5}, "strata: Adadelta: rho is 1.5, but must be in [0, 1]");
    check_refused(Adadelta{.rho = -0.5}, "strata: Adadelta: rho is -0.5, but must be in [0, 1]");
}

TEST_CASE("Adadelta leaves padding alone, and never divides by zero") {
    check_padding(Adadelta{});
    check_padding(Adadelta{.lr = 0.5, .rho = 0.7, .eps = 1e-4, .weight_decay = 0.1, .maximize = true});
}
