// HuberLoss against PyTorch's numbers and central differences; what it refuses.

#include "losses/loss_check.hpp"

#include <strata/losses/huber_loss.hpp>

using namespace loss_check;

static_assert(takes_numbers_only<HuberLoss>());

TEST_CASE("HuberLoss is PyTorch's HuberLoss") {
    const HuberLoss mean, sum{.reduction = Reduction::sum};
    check<Shape<1>>(mean, numbers::x_1_1, numbers::y_1_1, numbers::huber_1_1_mean);
    check<Shape<1>>(sum, numbers::x_1_1, numbers::y_1_1, numbers::huber_1_1_sum);
    check<Shape<7>>(mean, numbers::x_5_7, numbers::y_5_7, numbers::huber_5_7_mean);
    check<Shape<7>>(sum, numbers::x_5_7, numbers::y_5_7, numbers::huber_5_7_sum);
    check<Shape<2, 4>>(mean, numbers::x_3_2_4, numbers::y_3_2_4, numbers::huber_3_2_4_mean);
    check<Shape<2, 4>>(sum, numbers::x_3_2_4, numbers::y_3_2_4, numbers::huber_3_2_4_sum);
}

TEST_CASE("HuberLoss far out and at equality") {
    check_numbers<Shape<6>>(HuberLoss{}, numbers::far_x, numbers::far_y, numbers::huber_far);
}

TEST_CASE("HuberLoss of nothing and of what is not finite is PyTorch's") {
    const std::vector<double> none, infinite{INFINITY}, number{1.0}, nan{NAN};
    CHECK(is_nan(run<Shape<1>, float>(HuberLoss{}, none, none).value()));
    CHECK(run<Shape<1>, float>(HuberLoss{.reduction = Reduction::sum}, none, none).value() == 0);
    CHECK(run<Shape<1>, float>(HuberLoss{}, infinite, number).value() == INFINITY);
    CHECK(is_nan(run<Shape<1>, float>(HuberLoss{}, infinite, infinite).value()));
    CHECK(is_nan(run<Shape<1>, float>(HuberLoss{}, nan, number).value()));
}

TEST_CASE("HuberLoss with another delta") {
    const HuberLoss narrow{.delta = 0.3}, wide{.delta = 2.5};
    check<Shape<1>>(narrow, numbers::x_1_1, numbers::y_1_1, numbers::huber_delta_0_3_1_1);
    check<Shape<1>>(wide, numbers::x_1_1, numbers::y_1_1, numbers::huber_delta_2_5_1_1);
    check<Shape<7>>(narrow, numbers::x_5_7, numbers::y_5_7, numbers::huber_delta_0_3_5_7);
    check<Shape<7>>(wide, numbers::x_5_7, numbers::y_5_7, numbers::huber_delta_2_5_5_7);
    check<Shape<2, 4>>(narrow, numbers::x_3_2_4, numbers::y_3_2_4, numbers::huber_delta_0_3_3_2_4);
    check<Shape<2, 4>>(wide, numbers::x_3_2_4, numbers::y_3_2_4, numbers::huber_delta_2_5_3_2_4);
}

TEST_CASE("HuberLoss refuses a delta that is not positive") {
    for (double delta : {0.0, -1.0, double(NAN)}) {
        const HuberLoss loss{.delta = delta};
        CHECK(message_of<ValueError>([&] {
                  run<Shape<1>, float>(loss, numbers::x_1_1, numbers::y_1_1).value();
              }) == strata::message("strata: HuberLoss: delta is ", delta, ", but must be above 0"));
    }
}
