// SoftMarginLoss against PyTorch's numbers and central differences; what it refuses.

#include "losses/loss_check.hpp"

#include <strata/losses/soft_margin_loss.hpp>

using namespace loss_check;

static_assert(takes_numbers_only<SoftMarginLoss>());

TEST_CASE("SoftMarginLoss is PyTorch's SoftMarginLoss") {
    const SoftMarginLoss mean, sum{.reduction = Reduction::sum};
    check<Shape<1>>(mean, numbers::margin_x_1_1, numbers::margin_y_1_1, numbers::soft_margin_1_1_mean);
    check<Shape<1>>(sum, numbers::margin_x_1_1, numbers::margin_y_1_1, numbers::soft_margin_1_1_sum);
    check<Shape<7>>(mean, numbers::margin_x_5_7, numbers::margin_y_5_7, numbers::soft_margin_5_7_mean);
    check<Shape<7>>(sum, numbers::margin_x_5_7, numbers::margin_y_5_7, numbers::soft_margin_5_7_sum);
    check<Shape<2, 4>>(mean, numbers::margin_x_3_2_4, numbers::margin_y_3_2_4,
                       numbers::soft_margin_3_2_4_mean);
    check<Shape<2, 4>>(sum, numbers::margin_x_3_2_4, numbers::margin_y_3_2_4, numbers::soft_margin_3_2_4_sum);
}

TEST_CASE("SoftMarginLoss far out, of nothing and of what is not finite") {
    const std::vector<double> none, one{1.0}, minus{-1.0}, far{1e4}, nan{NAN};
    CHECK(run<Shape<1>, float>(SoftMarginLoss{}, far, one).value() == 0);
    CHECK(run<Shape<1>, float>(SoftMarginLoss{}, far, minus).value() == 1e4);  // PyTorch's is infinite
    CHECK(is_nan(run<Shape<1>, float>(SoftMarginLoss{}, none, none).value()));
    CHECK(run<Shape<1>, float>(SoftMarginLoss{.reduction = Reduction::sum}, none, none).value() == 0);
    CHECK(is_nan(run<Shape<1>, float>(SoftMarginLoss{}, nan, one).value()));
}
