// Schedulers act on all groups of an optimizer, each from its own learning rate, as in PyTorch.

#include "catch.hpp"
#include "golden/optimizer_groups.hpp"

#include <iterator>
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/schedulers/cosine_annealing_lr.hpp>
#include <strata/schedulers/exponential_lr.hpp>
#include <strata/schedulers/lambda_lr.hpp>
#include <strata/schedulers/linear_lr.hpp>
#include <strata/schedulers/multi_step_lr.hpp>
#include <strata/schedulers/one_cycle_lr.hpp>
#include <strata/schedulers/reduce_lr_on_plateau.hpp>
#include <strata/schedulers/step_lr.hpp>

using namespace strata;
namespace numbers = golden::optimizer_groups;

namespace {

using Net = Model<Sequential<Linear<2, 3>, Linear<3, 2>>, Cpu, float>;

template <std::size_t N>
void check(const double (&expected)[N], const auto& make, const auto& step) {
    Net model;
    Optimizer optimizer{model, SGD{.lr = 0.1, .momentum = 0.9}};
    SGD& head = optimizer.group("1.");
    head.lr = 0.02;
    auto scheduler = make(optimizer);
    for (std::size_t epoch = 0; epoch < N / 2; ++epoch) {
        INFO("epoch " << epoch);
        CHECK(optimizer.options().lr == Approx(expected[epoch]).epsilon(1e-12).margin(1e-17));
        CHECK(head.lr == Approx(expected[N / 2 + epoch]).epsilon(1e-12).margin(1e-17));
        CHECK(scheduler.last_lr() == optimizer.options().lr);
        step(scheduler);
    }
}
template <std::size_t N>
void check(const double (&expected)[N], const auto& make) {
    check(expected, make, [](auto& scheduler) { scheduler.step(); });
}

}  // namespace

TEST_CASE("schedulers act on all groups") {
    check(numbers::step_lr, [](auto& o) { return StepLR(o, {.step_size = 3, .gamma = 0.5}); });
    check(numbers::multi_step_lr, [](auto& o) {
        return MultiStepLR(o, {.milestones = {2, 7}, .gamma = 0.3});
    });
    check(numbers::exponential_lr, [](auto& o) { return ExponentialLR(o, {.gamma = 0.9}); });
    check(numbers::linear_lr, [](auto& o) { return LinearLR(o, {.total_iters = 4}); });
    check(numbers::lambda_lr, [](auto& o) {
        const auto factor = [](long long epoch) { return 1 / (1 + 0.1 * static_cast<double>(epoch)); };
        return LambdaLR(o, factor);
    });
    check(numbers::cosine_lr, [](auto& o) { return CosineAnnealingLR(o, {.T_max = 5, .eta_min = 0.001}); });
    check(
        numbers::plateau_lr,
        [](auto& o) { return ReduceLROnPlateau(o, {.factor = 0.3, .patience = 1, .min_lr = 0.005}); },
        [](auto& scheduler) { scheduler.step(1.0); });
    check(numbers::one_cycle_lr, [](auto& o) { return OneCycleLR(o, {.max_lr = 0.5, .total_steps = 12}); });
}

TEST_CASE("OneCycleLR moves the momentum of all groups") {
    Net model;
    Optimizer optimizer{model, SGD{.lr = 0.1, .momentum = 0.9}};
    SGD& head = optimizer.group("1.", SGD{.lr = 0.02, .momentum = 0.5});
    OneCycleLR scheduler{optimizer, {.max_lr = 0.5, .total_steps = 10}};
    CHECK(head.momentum == 0.95);
    for (int i = 0; i < 4; ++i) {
        scheduler.step();
        CHECK(head.momentum == optimizer.options().momentum);
        CHECK(head.momentum < 0.95);
    }
}
