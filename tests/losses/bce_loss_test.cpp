// BCELoss against PyTorch's numbers and central differences, also for probabilities of 0 and 1; what it
// refuses.

#include "losses/loss_check.hpp"

#include <strata/losses/bce_loss.hpp>
#include <strata/losses/loss_of_arrays.hpp>

using namespace loss_check;

static_assert(takes_numbers_only<BCELoss>());
static_assert(BCELoss::refuses_output(OutputKind::unit_interval) == nullptr);
static_assert(BCELoss::refuses_output(OutputKind::probabilities) == nullptr);
static_assert(BCELoss::refuses_output(OutputKind::any) ==
              &BCELoss_takes_probabilities_so_end_the_network_with_Sigmoid_or_use_BCEWithLogitsLoss);
static_assert(BCELoss::refuses_output(OutputKind::log_probabilities) ==
              &BCELoss_takes_probabilities_so_end_the_network_with_Sigmoid_or_use_BCEWithLogitsLoss);

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

TEST_CASE("BCELoss refuses what is no probability, and writes nothing") {
    const auto message = [](auto scalar, std::vector<double> x, bool with_gradient) {
        using T = decltype(scalar);
        auto run = loss_check::run<Shape<3>, T>(BCELoss{}, x, std::vector<double>(x.size(), 0.5));
        const std::string text =
            message_of<ValueError>([&] { with_gradient ? run.with_gradient() : run.value(); });
        if constexpr (Device::is_host)
            if (with_gradient) check_no_gradient(run);
        // The next batch counts again.
        run.x.assign(x.size(), T(0.25));
        CHECK(run.value() > 0);
        return text;
    };
    const std::string reason =
        ", but it takes probabilities, from 0 to 1; end the network with Sigmoid, or use "
        "BCEWithLogitsLoss";
    for (const bool with_gradient : {false, true}) {
        CHECK(message(0.0, {0.5, 1.5, -1}, with_gradient) ==
              "strata: BCELoss: the prediction holds 1.5" + reason);
        CHECK(message(0.0f, {0.5, -0.25, 1}, with_gradient) ==
              "strata: BCELoss: the prediction holds -0.25" + reason);
        CHECK(message(0.0f, {0, 1, double(INFINITY)}, with_gradient) ==
              "strata: BCELoss: the prediction holds inf" + reason);
        std::vector<double> many(3 * 5000, 0.5);
        many[14321] = 2;
        CHECK(message(0.0f, many, with_gradient) == "strata: BCELoss: the prediction holds 2" + reason);
    }
    const xt::xtensor<float, 2> outside = {{0.5f, 3.0f}}, target = {{0.0f, 1.0f}};
    CHECK(message_of<ValueError>([&] { BCELoss{}(outside, target); }) ==
          "strata: BCELoss: the prediction holds 3" + reason);
}

TEST_CASE("BCELoss of NaN is NaN, and targets may be anything, as in PyTorch") {
    CHECK(is_nan(run<Shape<1>, float>(BCELoss{}, std::vector{double(NAN)}, std::vector{1.0}).value()));
    CHECK(is_nan(run<Shape<1>, double>(BCELoss{}, std::vector{0.5}, std::vector{double(NAN)}).value()));
    CHECK(run<Shape<1>, double>(BCELoss{}, std::vector{0.25}, std::vector{1.5}).value() ==
          Approx(0.5 * std::log(0.75) - 1.5 * std::log(0.25)));
}
