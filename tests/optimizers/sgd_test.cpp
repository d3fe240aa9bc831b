// SGD: steps against PyTorch, options that are refused, and parameters that have no gradient.

#include "optimizers/optimizer_check.hpp"

#include <strata/optimizers/sgd.hpp>

using namespace optimizer_check;
using strata::SGD;

TEST_CASE("SGD takes PyTorch's steps") {
    check_float(SGD{.lr = 0.01, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true},
                numbers::sgd_nesterov_float);
    check_float(SGD{.lr = 0.01}, numbers::sgd_plain_float);
    check_float(SGD{.lr = 0.01, .momentum = 0.8, .dampening = 0.3, .maximize = true},
                numbers::sgd_dampened_float);
    check_float(SGD{.lr = 0.01, .weight_decay = 0.1, .maximize = true}, numbers::sgd_decayed_float);
    check_double(SGD{.lr = 0.01, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true},
                 numbers::sgd_nesterov_double, numbers::sgd_nesterov_double_halved_at_10);
}

TEST_CASE("SGD refuses options out of range") {
    check_refused(SGD{.lr = -0.1}, "strata: SGD: lr is -0.1, but must be at least 0");
    check_refused(SGD{.lr = std::nan("")}, "strata: SGD: lr is nan, but must be at least 0");
    check_refused(SGD{.momentum = -0.9}, "strata: SGD: momentum is -0.9, but must be at least 0");
    check_refused(SGD{.dampening = std::nan("")}, "strata: SGD: dampening is nan, but must be a number");
    check_refused(SGD{.weight_decay = -1e-9}, "strata: SGD: weight_decay is -1e-09, but must be at least 0");
    check_refused(SGD{.nesterov = true}, "strata: SGD: momentum is 0, but must be above 0 with nesterov");
    check_refused(SGD{.momentum = 0.9, .dampening = 0.5, .nesterov = true},
                  "strata: SGD: dampening is 0.5, but must be 0 with nesterov");
}

TEST_CASE("SGD leaves padding alone, and never divides by zero") {
    check_padding(SGD{.lr = 0.01, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true});
    check_padding(SGD{.lr = 0.01});
    check_padding(SGD{.lr = 0.01, .momentum = 0.8, .dampening = 0.3, .maximize = true});
    check_padding(SGD{.lr = 0.01, .weight_decay = 0.1, .maximize = true});
}

TEST_CASE("SGD begins its momentum with the whole gradient, in whatever step that is") {
    Run<double, SGD> run(SGD{.lr = 1, .dampening = 0.5});
    const auto parameter = [&] { return run.parameters.data()[0]; };
    const auto one = [](strata::Size) { return 1; };
    run.step(one);
    CHECK(parameter() == -1);
    run.algorithm.momentum = 0.5;
    run.step(one);  // b = 1
    CHECK(parameter() == -2);
    run.step(one);  // b = 0.5 + 0.5
    CHECK(parameter() == -3);
    run.algorithm.momentum = 0;  // b stays
    run.step(one);
    CHECK(parameter() == -4);
    run.algorithm.momentum = 3;
    run.step(one);  // b = 3 + 0.5
    CHECK(parameter() == -7.5);
}
