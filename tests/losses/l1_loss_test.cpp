// L1Loss against PyTorch's numbers and central differences; what it refuses.

#include "losses/loss_check.hpp"

#include <strata/losses/l1_loss.hpp>

using namespace loss_check;

static_assert(takes_numbers_only<L1Loss>());

TEST_CASE("L1Loss is PyTorch's L1Loss") {
    const L1Loss mean, sum{.reduction = Reduction::sum};
    check<Shape<1>>(mean, numbers::x_1_1, numbers::y_1_1, numbers::l1_1_1_mean);
    check<Shape<1>>(sum, numbers::x_1_1, numbers::y_1_1, numbers::l1_1_1_sum);
    check<Shape<7>>(mean, numbers::x_5_7, numbers::y_5_7, numbers::l1_5_7_mean);
    check<Shape<7>>(sum, numbers::x_5_7, numbers::y_5_7, numbers::l1_5_7_sum);
    check<Shape<2, 4>>(mean, numbers::x_3_2_4, numbers::y_3_2_4, numbers::l1_3_2_4_mean);
    check<Shape<2, 4>>(sum, numbers::x_3_2_4, numbers::y_3_2_4, numbers::l1_3_2_4_sum);
}

TEST_CASE("L1Loss far out and at equality") {
    check_numbers<Shape<6>>(L1Loss{}, numbers::far_x, numbers::far_y, numbers::l1_far);
}

TEST_CASE("L1Loss of nothing and of what is not finite is PyTorch's") {
    const std::vector<double> none, infinite{INFINITY}, number{1.0}, nan{NAN};
    CHECK(is_nan(run<Shape<1>, float>(L1Loss{}, none, none).value()));
    CHECK(run<Shape<1>, float>(L1Loss{.reduction = Reduction::sum}, none, none).value() == 0);
    CHECK(run<Shape<1>, float>(L1Loss{}, infinite, number).value() == INFINITY);
    CHECK(is_nan(run<Shape<1>, float>(L1Loss{}, infinite, infinite).value()));
    CHECK(is_nan(run<Shape<1>, float>(L1Loss{}, nan, number).value()));
}
