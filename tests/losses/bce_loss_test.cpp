// BCELoss against PyTorch's numbers and central differences, also for probabilities of 0 and 1; what it
// refuses.

#include "losses/loss_check.hpp"

#include <strata/losses/bce_loss.hpp>

using namespace loss_check;

static_assert(takes_numbers_only<BCELoss>());
static_assert(BCELoss::refuses_values(Values::unit_interval) == nullptr);
static_assert(BCELoss::refuses_values(Values::probabilities) == nullptr);
static_assert(BCELoss::refuses_values(Values::any) ==
              &BCELoss_takes_probabilities__end_the_network_with_Sigmoid_or_use_BCEWithLogitsLoss);
static_assert(BCELoss::refuses_values(Values::log_probabilities) ==
              &BCELoss_takes_probabilities__end_the_network_with_Sigmoid_or_use_BCEWithLogitsLoss);

TEST_CASE("BCELoss is PyTorch's BCELoss") {
    const BCELoss mean, sum{.reduction = Reduction::sum};
    check<Shape<1>>(mean, numbers::probabilities_1_1, numbers::hard_1_1, numbers::bce_hard_1_1_mean);
    check<Shape<1>>(sum, numbers::probabilities_1_1, numbers::soft_1_1, numbers::bce_soft_1_1_sum);
    check<Shape<1>>(mean, numbers::probabilities_1_1, numbers::soft_1_1, numbers::bce_soft_1_1_mean);
    check<Shape<7>>(mean, numbers::probabilities_5_7, numbers::hard_5_7, numbers::bce_hard_5_7_mean);
    check<Shape<7>>(sum, numbers::probabilities_5_7, numbers::hard_5_7, numbers::bce_hard_5_7_sum);
    check<Shape<7>>(mean, numbers::probabilities_5_7, numbers::soft_5_7, numbers::bce_soft_5_7_mean);
    check<Shape<7>>(sum, numbers::probabilities_5_7, numbers::soft_5_7, numbers::bce_soft_5_7_sum);
    check<Shape<2, 4>>(mean, numbers::probabilities_3_2_4, numbers::hard_3_2_4, numbers::bce_hard_3_2_4_mean);
    check<Shape<2, 4>>(sum, numbers::probabilities_3_2_4, numbers::soft_3_2_4, numbers::bce_soft_3_2_4_sum);
}

TEST_CASE("BCELoss at probabilities of 0 and 1 is finite, as PyTorch clamps it") {
    const BCELoss mean, sum{.reduction = Reduction::sum};
    check_numbers<Shape<8>>(mean, numbers::end_probabilities, numbers::end_targets, numbers::bce_ends_mean);
    check_numbers<Shape<1>>(sum, numbers::end_probabilities, numbers::end_targets, numbers::bce_ends_sum);
    CHECK(run<Shape<1>, float>(mean, std::vector{1.0}, std::vector{0.0}).value() == 100);
    CHECK(run<Shape<1>, double>(mean, std::vector{0.0}, std::vector{1.0}).value() == 100);
}

TEST_CASE("BCELoss of what is no probability is NaN") {
    for (double x : {-0.1, 1.1, double(NAN)})
        for (double y : {0.0, 1.0}) {
            CHECK(is_nan(run<Shape<1>, float>(BCELoss{}, std::vector{x}, std::vector{y}).value()));
            CHECK(is_nan(run<Shape<1>, double>(BCELoss{}, std::vector{x}, std::vector{y}).value()));
        }
}
