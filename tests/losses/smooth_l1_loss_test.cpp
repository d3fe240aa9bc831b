// SmoothL1Loss against PyTorch's numbers and central differences; what it refuses.

#include "losses/loss_check.hpp"

#include <strata/losses/smooth_l1_loss.hpp>

using namespace loss_check;

static_assert(takes_numbers_only<SmoothL1Loss>());

TEST_CASE("SmoothL1Loss is PyTorch's SmoothL1Loss") {
    const SmoothL1Loss mean, sum{.reduction = Reduction::sum};
    check<Shape<1>>(mean, numbers::x_1_1, numbers::y_1_1, numbers::smooth_l1_1_1_mean);
    check<Shape<1>>(sum, numbers::x_1_1, numbers::y_1_1, numbers::smooth_l1_1_1_sum);
    check<Shape<7>>(mean, numbers::x_5_7, numbers::y_5_7, numbers::smooth_l1_5_7_mean);
    check<Shape<7>>(sum, numbers::x_5_7, numbers::y_5_7, numbers::smooth_l1_5_7_sum);
    check<Shape<2, 4>>(mean, numbers::x_3_2_4, numbers::y_3_2_4, numbers::smooth_l1_3_2_4_mean);
    check<Shape<2, 4>>(sum, numbers::x_3_2_4, numbers::y_3_2_4, numbers::smooth_l1_3_2_4_sum);
}

TEST_CASE("SmoothL1Loss far out and at equality") {
    check_numbers<Shape<6>>(SmoothL1Loss{}, numbers::far_x, numbers::far_y, numbers::smooth_l1_far);
}

TEST_CASE("SmoothL1Loss of nothing and of what is not finite is PyTorch's") {
    const std::vector<double> none, infinite{INFINITY}, number{1.0}, nan{NAN};
    CHECK(is_nan(run<Shape<1>, float>(SmoothL1Loss{}, none, none).value()));
    CHECK(run<Shape<1>, float>(SmoothL1Loss{.reduction = Reduction::sum}, none, none).value() == 0);
    CHECK(run<Shape<1>, float>(SmoothL1Loss{}, infinite, number).value() == INFINITY);
    CHECK(is_nan(run<Shape<1>, float>(SmoothL1Loss{}, infinite, infinite).value()));
    CHECK(is_nan(run<Shape<1>, float>(SmoothL1Loss{}, nan, number).value()));
}

TEST_CASE("SmoothL1Loss with another beta; 0 is L1Loss") {
    const SmoothL1Loss none{.beta = 0}, wide{.beta = 2.5};
    check<Shape<1>>(none, numbers::x_1_1, numbers::y_1_1, numbers::smooth_l1_beta_0_1_1);
    check<Shape<1>>(wide, numbers::x_1_1, numbers::y_1_1, numbers::smooth_l1_beta_2_5_1_1);
    check<Shape<7>>(none, numbers::x_5_7, numbers::y_5_7, numbers::smooth_l1_beta_0_5_7);
    check<Shape<7>>(wide, numbers::x_5_7, numbers::y_5_7, numbers::smooth_l1_beta_2_5_5_7);
    check<Shape<2, 4>>(none, numbers::x_3_2_4, numbers::y_3_2_4, numbers::smooth_l1_beta_0_3_2_4);
    check<Shape<2, 4>>(wide, numbers::x_3_2_4, numbers::y_3_2_4, numbers::smooth_l1_beta_2_5_3_2_4);
    check_numbers<Shape<6>>(none, numbers::far_x, numbers::far_y, numbers::l1_far);
}

TEST_CASE("SmoothL1Loss refuses a negative beta") {
    for (double beta : {-0.5, double(NAN)}) {
        const SmoothL1Loss loss{.beta = beta};
        CHECK(message_of<ValueError>([&] {
                  run<Shape<1>, float>(loss, numbers::x_1_1, numbers::y_1_1).value();
              }) == strata::message("strata: SmoothL1Loss: beta is ", beta, ", but must be at least 0"));
    }
}
