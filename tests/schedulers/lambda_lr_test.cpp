// LambdaLR against PyTorch.

#include "schedulers/scheduler_check.hpp"

#include <strata/schedulers/lambda_lr.hpp>

using namespace scheduler_check;

TEST_CASE("LambdaLR sets PyTorch's learning rates") {
    Options<> optimizer;
    strata::LambdaLR scheduler{optimizer,
                               [](long long epoch) { return 1 / (1 + 0.1 * static_cast<double>(epoch)); }};
    check_epochs(optimizer.algorithm.lr, numbers::lambda_lr, [&] { scheduler.step(); });
}

TEST_CASE("LambdaLR takes what returns a whole number") {
    Options<> optimizer;
    strata::LambdaLR scheduler{optimizer, [](long long epoch) { return epoch + 1; }};
    scheduler.step();
    CHECK(scheduler.last_lr() == 0.1 * 2);
}
