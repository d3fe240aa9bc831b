// KLDivLoss against PyTorch's numbers and central differences; what it refuses.

#include "losses/loss_check.hpp"

#include <strata/losses/kl_div_loss.hpp>

using namespace loss_check;

static_assert(takes_numbers_only<KLDivLoss>());
static_assert(KLDivLoss::refuses_output(OutputKind::log_probabilities) == nullptr);
static_assert(KLDivLoss::refuses_output(OutputKind::any) ==
              &KLDivLoss_takes_log_probabilities_so_end_the_network_with_LogSoftmax);
static_assert(KLDivLoss::refuses_output(OutputKind::probabilities) ==
              &KLDivLoss_takes_log_probabilities_so_end_the_network_with_LogSoftmax);

TEST_CASE("KLDivLoss is PyTorch's KLDivLoss") {
    using enum KLDivLoss::Reduction;
    check<Shape<3>>(KLDivLoss{}, numbers::log_p_1_3, numbers::q_1_3, numbers::kl_div_1_3_mean);
    check<Shape<3>>(KLDivLoss{.reduction = batch_mean}, numbers::log_p_1_3, numbers::q_1_3,
                    numbers::kl_div_1_3_batch_mean);
    check<Shape<7>>(KLDivLoss{}, numbers::log_p_5_7, numbers::q_5_7, numbers::kl_div_5_7_mean);
    check<Shape<7>>(KLDivLoss{.reduction = sum}, numbers::log_p_5_7, numbers::q_5_7, numbers::kl_div_5_7_sum);
    check<Shape<7>>(KLDivLoss{.reduction = batch_mean}, numbers::log_p_5_7, numbers::q_5_7,
                    numbers::kl_div_5_7_batch_mean);
    check<Shape<2, 4>>(KLDivLoss{.reduction = batch_mean}, numbers::log_p_3_2_4, numbers::q_3_2_4,
                       numbers::kl_div_3_2_4_batch_mean);
}

TEST_CASE("KLDivLoss with log-probabilities as the target") {
    using enum KLDivLoss::Reduction;
    const KLDivLoss all{.log_target = true, .reduction = mean}, total{.log_target = true, .reduction = sum},
        per_sample{.log_target = true, .reduction = batch_mean};
    check<Shape<3>>(all, numbers::log_p_1_3, numbers::log_q_1_3, numbers::kl_div_log_target_1_3_mean);
    check<Shape<7>>(all, numbers::log_p_5_7, numbers::log_q_5_7, numbers::kl_div_log_target_5_7_mean);
    check<Shape<7>>(total, numbers::log_p_5_7, numbers::log_q_5_7, numbers::kl_div_log_target_5_7_sum);
    check<Shape<7>>(per_sample, numbers::log_p_5_7, numbers::log_q_5_7,
                    numbers::kl_div_log_target_5_7_batch_mean);
    check<Shape<2, 4>>(per_sample, numbers::log_p_3_2_4, numbers::log_q_3_2_4,
                       numbers::kl_div_log_target_3_2_4_batch_mean);
}

TEST_CASE("KLDivLoss of vanishing probabilities is finite") {
    check_numbers<Shape<4>>(KLDivLoss{}, numbers::end_log_p, numbers::end_q, numbers::kl_div_ends);
    check_numbers<Shape<2>>(KLDivLoss{.log_target = true}, numbers::end_log_p, numbers::end_log_q,
                            numbers::kl_div_log_target_ends);
}
