// MSELoss against PyTorch's numbers and central differences; what it refuses.

#include "losses/loss_check.hpp"

#include <strata/losses/mse_loss.hpp>

using namespace loss_check;

static_assert(takes_numbers_only<MSELoss>());

TEST_CASE("MSELoss is PyTorch's MSELoss") {
    const MSELoss mean, sum{.reduction = Reduction::sum};
    check<Shape<1>>(mean, numbers::x_1_1, numbers::y_1_1, numbers::mse_1_1_mean);
    check<Shape<1>>(sum, numbers::x_1_1, numbers::y_1_1, numbers::mse_1_1_sum);
    check<Shape<7>>(mean, numbers::x_5_7, numbers::y_5_7, numbers::mse_5_7_mean);
    check<Shape<7>>(sum, numbers::x_5_7, numbers::y_5_7, numbers::mse_5_7_sum);
    check<Shape<2, 4>>(mean, numbers::x_3_2_4, numbers::y_3_2_4, numbers::mse_3_2_4_mean);
    check<Shape<2, 4>>(sum, numbers::x_3_2_4, numbers::y_3_2_4, numbers::mse_3_2_4_sum);
}

TEST_CASE("MSELoss far out and at equality") {
    check_numbers<Shape<6>>(MSELoss{}, numbers::far_x, numbers::far_y, numbers::mse_far);
}

TEST_CASE("MSELoss of nothing and of what is not finite is PyTorch's") {
    const std::vector<double> none, infinite{INFINITY}, number{1.0}, nan{NAN};
    CHECK(is_nan(run<Shape<1>, float>(MSELoss{}, none, none).value()));
    CHECK(run<Shape<1>, float>(MSELoss{.reduction = Reduction::sum}, none, none).value() == 0);
    CHECK(run<Shape<1>, float>(MSELoss{}, infinite, number).value() == INFINITY);
    CHECK(is_nan(run<Shape<1>, float>(MSELoss{}, infinite, infinite).value()));
    CHECK(is_nan(run<Shape<1>, float>(MSELoss{}, nan, number).value()));
}
