// BCEWithLogitsLoss against PyTorch's numbers and central differences, also for huge logits; what it refuses.

#include "losses/loss_check.hpp"

#include <strata/losses/bce_with_logits_loss.hpp>

using namespace loss_check;

static_assert(takes_numbers_only<BCEWithLogitsLoss>());
static_assert(BCEWithLogitsLoss::refuses_output(OutputKind::any) == nullptr);
static_assert(BCEWithLogitsLoss::refuses_output(OutputKind::unit_interval) ==
              &BCEWithLogitsLoss_takes_logits_and_applies_Sigmoid_itself_so_leave_Sigmoid_out_or_use_BCELoss);
static_assert(BCEWithLogitsLoss::refuses_output(OutputKind::probabilities) ==
              &BCEWithLogitsLoss_takes_logits_and_applies_Sigmoid_itself_so_leave_the_softmax_out);

TEST_CASE("BCEWithLogitsLoss is PyTorch's BCEWithLogitsLoss") {
    const BCEWithLogitsLoss mean, sum{.reduction = Reduction::sum};
    check<Shape<1>>(mean, numbers::logits_1_1, numbers::hard_1_1, numbers::bce_with_logits_hard_1_1_mean);
    check<Shape<1>>(sum, numbers::logits_1_1, numbers::soft_1_1, numbers::bce_with_logits_soft_1_1_sum);
    check<Shape<7>>(mean, numbers::logits_5_7, numbers::hard_5_7, numbers::bce_with_logits_hard_5_7_mean);
    check<Shape<7>>(sum, numbers::logits_5_7, numbers::hard_5_7, numbers::bce_with_logits_hard_5_7_sum);
    check<Shape<7>>(mean, numbers::logits_5_7, numbers::soft_5_7, numbers::bce_with_logits_soft_5_7_mean);
    check<Shape<7>>(sum, numbers::logits_5_7, numbers::soft_5_7, numbers::bce_with_logits_soft_5_7_sum);
    check<Shape<2, 4>>(mean, numbers::logits_3_2_4, numbers::hard_3_2_4,
                       numbers::bce_with_logits_hard_3_2_4_mean);
    check<Shape<2, 4>>(sum, numbers::logits_3_2_4, numbers::soft_3_2_4,
                       numbers::bce_with_logits_soft_3_2_4_sum);
}

TEST_CASE("BCEWithLogitsLoss with one weight for the positives") {
    const BCEWithLogitsLoss loss{.pos_weight = {2.5}};
    check<Shape<1>>(loss, numbers::logits_1_1, numbers::soft_1_1,
                    numbers::bce_with_logits_soft_one_weight_1_1);
    check<Shape<7>>(loss, numbers::logits_5_7, numbers::hard_5_7,
                    numbers::bce_with_logits_hard_one_weight_5_7);
    check<Shape<2, 4>>(loss, numbers::logits_3_2_4, numbers::soft_3_2_4,
                       numbers::bce_with_logits_soft_one_weight_3_2_4);
}

TEST_CASE("BCEWithLogitsLoss with a weight per feature") {
    const BCEWithLogitsLoss one{.pos_weight = weights(numbers::pos_weight_1_1)};
    check<Shape<1>>(one, numbers::logits_1_1, numbers::hard_1_1,
                    numbers::bce_with_logits_hard_weights_1_1_mean);
    BCEWithLogitsLoss seven{.pos_weight = weights(numbers::pos_weight_5_7)};
    check<Shape<7>>(seven, numbers::logits_5_7, numbers::soft_5_7,
                    numbers::bce_with_logits_soft_weights_5_7_mean);
    seven.reduction = Reduction::sum;
    check<Shape<7>>(seven, numbers::logits_5_7, numbers::hard_5_7,
                    numbers::bce_with_logits_hard_weights_5_7_sum);
    BCEWithLogitsLoss four{.pos_weight = weights(numbers::pos_weight_3_2_4)};
    check<Shape<2, 4>>(four, numbers::logits_3_2_4, numbers::hard_3_2_4,
                       numbers::bce_with_logits_hard_weights_3_2_4_mean);
    four.reduction = Reduction::sum;
    check<Shape<2, 4>>(four, numbers::logits_3_2_4, numbers::soft_3_2_4,
                       numbers::bce_with_logits_soft_weights_3_2_4_sum);
}

TEST_CASE(
    "BCEWithLogitsLoss with a weight per feature is the same loss for more features than a vector holds") {
    std::vector<double> x(2 * 37), y(2 * 37), many(37), all(37, 2.5);
    for (Size i = 0; i < x.size(); ++i) x[i] = std::sin(double(i)) * 4, y[i] = double(i % 3 == 0);
    auto expected = run<Shape<37>, float>(BCEWithLogitsLoss{.pos_weight = {2.5}}, x, y);
    auto by_feature = run<Shape<37>, float>(BCEWithLogitsLoss{.pos_weight = all}, x, y);
    check_close(by_feature.with_gradient(), expected.with_gradient(), 1e-6);
    for (Size i = 0; i < x.size(); ++i)
        check_close(double(by_feature.gradient[i]), double(expected.gradient[i]), 1e-6);
    for (Size i = 0; i < many.size(); ++i) many[i] = 0.1 * double(i);
    check_differences<Shape<37>>(BCEWithLogitsLoss{.pos_weight = many, .reduction = Reduction::sum}, x, y);
}

TEST_CASE("BCEWithLogitsLoss of huge logits is finite") {
    const BCEWithLogitsLoss mean, sum{.reduction = Reduction::sum}, weighted{.pos_weight = {3}};
    check_numbers<Shape<8>>(mean, numbers::end_logits, numbers::end_targets,
                            numbers::bce_with_logits_ends_mean);
    check_numbers<Shape<2>>(sum, numbers::end_logits, numbers::end_targets,
                            numbers::bce_with_logits_ends_sum);
    check_numbers<Shape<8>>(weighted, numbers::end_logits, numbers::end_targets,
                            numbers::bce_with_logits_ends_weight);
}

TEST_CASE("BCEWithLogitsLoss refuses a pos_weight that is no weight") {
    const auto message = [](std::vector<double> pos_weight) {
        return message_of<ValueError>([&] {
            run<Shape<7>, float>(BCEWithLogitsLoss{.pos_weight = pos_weight}, numbers::logits_5_7,
                                 numbers::hard_5_7)
                .value();
        });
    };
    const std::string reason = ", but must be a finite number of at least 0";
    CHECK(message({-1}) == "strata: BCEWithLogitsLoss: pos_weight[0] is -1" + reason);
    CHECK(message({NAN}) == "strata: BCEWithLogitsLoss: pos_weight[0] is nan" + reason);
    CHECK(message({1, 1, 1, 1, 1, 1, INFINITY}) ==
          "strata: BCEWithLogitsLoss: pos_weight[6] is inf" + reason);
}

TEST_CASE("BCEWithLogitsLoss refuses a pos_weight of another length") {
    const BCEWithLogitsLoss loss{.pos_weight = {1, 2, 3}};
    CHECK(message_of<ValueError>([&] {
              run<Shape<7>, float>(loss, numbers::logits_5_7, numbers::hard_5_7).value();
          }) == "strata: BCEWithLogitsLoss: pos_weight has 3 numbers, but it must have 1 or one per feature, "
                "and the prediction "
                "has 7");
}
