// CrossEntropyLoss against PyTorch's numbers and central differences for both kinds of target, all options
// and predictions of several ranks; what it refuses.

#include "losses/class_cases.hpp"

#include <strata/losses/cross_entropy_loss.hpp>

using namespace loss_check;

using X = View<float, Shape<3>>;
static_assert(refusal_of_labels<CrossEntropyLoss, Shape<3>, Shape<3>>() == nullptr);
static_assert(CrossEntropyLoss::refuses_target<X, X>() == nullptr);
static_assert(refusal_of_labels<CrossEntropyLoss, Shape<3, 4>, Shape<3, 4>>() == nullptr);
static_assert(refusal_of_labels<CrossEntropyLoss, Shape<3, 4>, Shape<3>>() ==
              &the_target_must_be_class_indices_of_type_int64_or_probabilities_like_the_prediction);
static_assert(CrossEntropyLoss::refuses_target<X, View<double, Shape<3>>>() ==
              &the_target_must_be_class_indices_of_type_int64_or_probabilities_like_the_prediction);
static_assert(CrossEntropyLoss::refuses_output(OutputKind::any) == nullptr);
static_assert(CrossEntropyLoss::refuses_output(OutputKind::probabilities) ==
              &CrossEntropyLoss_takes_logits_and_applies_LogSoftmax_itself_so_leave_Softmax_out);
static_assert(
    CrossEntropyLoss::refuses_output(OutputKind::log_probabilities) ==
    &CrossEntropyLoss_takes_logits_and_applies_LogSoftmax_itself_so_leave_LogSoftmax_out_or_use_NLLLoss);

TEST_CASE("CrossEntropyLoss of class indices is PyTorch's CrossEntropyLoss") {
    const CrossEntropyLoss mean, sum{.reduction = Reduction::sum};
#define CASES(N, ...)                                                                                        \
    check<__VA_ARGS__>(mean, numbers::z_##N, numbers::t_##N, numbers::cross_entropy_##N##_mean);             \
    check<__VA_ARGS__>(sum, numbers::z_##N, numbers::t_##N, numbers::cross_entropy_##N##_sum);               \
    check<__VA_ARGS__>(mean, numbers::z_##N, numbers::t_some_##N, numbers::cross_entropy_some_##N##_mean);   \
    check<__VA_ARGS__>(sum, numbers::z_##N, numbers::t_some_##N, numbers::cross_entropy_some_##N##_sum);
    FOR_CLASS_SHAPES(CASES)
#undef CASES
}

TEST_CASE("CrossEntropyLoss of class indices with weights and ignored classes") {
#define CASES(N, ...)                                                                                        \
    {                                                                                                        \
        CrossEntropyLoss loss{.weight = weights(numbers::w_##N)};                                            \
        check<__VA_ARGS__>(loss, numbers::z_##N, numbers::t_some_##N,                                        \
                           numbers::cross_entropy_weight_some_##N##_mean);                                   \
        loss.reduction = Reduction::sum;                                                                     \
        check<__VA_ARGS__>(loss, numbers::z_##N, numbers::t_some_##N,                                        \
                           numbers::cross_entropy_weight_some_##N##_sum);                                    \
    }
    FOR_CLASS_SHAPES(CASES)
#undef CASES
#define CASES(N, ...)                                                                                        \
    check<__VA_ARGS__>(CrossEntropyLoss{.ignore_index = numbers::only_##N}, numbers::z_##N, numbers::t_##N,  \
                       numbers::cross_entropy_ignore_##N);
    FOR_LARGER_CLASS_SHAPES(CASES)
#undef CASES
}

TEST_CASE("CrossEntropyLoss of class indices with label smoothing"){
#define CASES(N, ...)                                                                                        \
    {                                                                                                        \
        CrossEntropyLoss loss{.label_smoothing = 0.1};                                                       \
        check<__VA_ARGS__>(loss, numbers::z_##N, numbers::t_##N, numbers::cross_entropy_smooth_##N##_mean);  \
        loss.reduction = Reduction::sum;                                                                     \
        check<__VA_ARGS__>(loss, numbers::z_##N, numbers::t_##N, numbers::cross_entropy_smooth_##N##_sum);   \
        const CrossEntropyLoss whole{.label_smoothing = 1};                                                  \
        check<__VA_ARGS__>(whole, numbers::z_##N, numbers::t_##N, numbers::cross_entropy_smooth_1_##N);      \
        CrossEntropyLoss weighted{.weight = weights(numbers::w_##N), .label_smoothing = 0.3};                \
        check<__VA_ARGS__>(weighted, numbers::z_##N, numbers::t_some_##N,                                    \
                           numbers::cross_entropy_smooth_weight_some_##N##_mean);                            \
        weighted.reduction = Reduction::sum;                                                                 \
        check<__VA_ARGS__>(weighted, numbers::z_##N, numbers::t_some_##N,                                    \
                           numbers::cross_entropy_smooth_weight_some_##N##_sum);                             \
    }
    FOR_CLASS_SHAPES(CASES)
#undef CASES
}

TEST_CASE("CrossEntropyLoss of probabilities is PyTorch's CrossEntropyLoss"){
#define CASES(N, ...)                                                                                        \
    {                                                                                                        \
        CrossEntropyLoss loss;                                                                               \
        check<__VA_ARGS__>(loss, numbers::z_##N, numbers::share_##N,                                         \
                           numbers::cross_entropy_share_##N##_mean);                                         \
        loss.reduction = Reduction::sum;                                                                     \
        check<__VA_ARGS__>(loss, numbers::z_##N, numbers::share_##N,                                         \
                           numbers::cross_entropy_share_##N##_sum);                                          \
        CrossEntropyLoss weighted{.weight = weights(numbers::w_##N), .label_smoothing = 0.3};                \
        check<__VA_ARGS__>(weighted, numbers::z_##N, numbers::share_##N,                                     \
                           numbers::cross_entropy_share_smooth_weight_##N##_mean);                           \
        weighted.reduction = Reduction::sum;                                                                 \
        check<__VA_ARGS__>(weighted, numbers::z_##N, numbers::share_##N,                                     \
                           numbers::cross_entropy_share_smooth_weight_##N##_sum);                            \
    }
    FOR_CLASS_SHAPES(CASES)
#undef CASES
}

TEST_CASE("CrossEntropyLoss of huge logits is finite") {
    const CrossEntropyLoss mean, sum{.reduction = Reduction::sum}, smooth{.label_smoothing = 0.1};
    check_numbers<Shape<3>>(mean, numbers::end_z, numbers::end_t, numbers::cross_entropy_ends_mean);
    check_numbers<Shape<3>>(sum, numbers::end_z, numbers::end_t, numbers::cross_entropy_ends_sum);
    check_numbers<Shape<3>>(smooth, numbers::end_z, numbers::end_t, numbers::cross_entropy_smooth_ends);
    check_numbers<Shape<3>>(mean, numbers::end_z, numbers::end_one_hot, numbers::cross_entropy_share_ends);
}

TEST_CASE("CrossEntropyLoss where nothing counts is NaN without a gradient, as in PyTorch") {
    const std::vector<double> z{0.1, 0.2, 0.3};
    const std::vector<std::int64_t> ignored{-100};
    for (double smoothing : {0.0, 0.1}) {
        auto mean = run<Shape<3>, float>(CrossEntropyLoss{.label_smoothing = smoothing}, z, ignored);
        CHECK(is_nan(mean.with_gradient()));
        CHECK(mean.gradient == std::vector<float>(3, 0.0f));
    }
    const CrossEntropyLoss loss{.reduction = Reduction::sum};
    auto sum = run<Shape<3>, float>(loss, z, ignored);
    CHECK(sum.with_gradient() == 0);
    CHECK(sum.gradient == std::vector<float>(3, 0.0f));
}

TEST_CASE("CrossEntropyLoss of an infinite logit is PyTorch's") {
    const CrossEntropyLoss loss;
    const std::vector<std::int64_t> zero{0}, one{1};
    CHECK(run<Shape<3>, float>(loss, std::vector{-INFINITY, 0.0f, 0.0f}, zero).value() == INFINITY);
    check_close(run<Shape<3>, float>(loss, std::vector{-INFINITY, 0.0f, 0.0f}, one).value(), std::log(2.0),
                1e-6);
    CHECK(is_nan(run<Shape<3>, float>(loss, std::vector{INFINITY, 0.0f, 0.0f}, zero).value()));
    CHECK(is_nan(run<Shape<3>, float>(loss, std::vector{NAN, 0.0f, 0.0f}, one).value()));
}

TEST_CASE("CrossEntropyLoss refuses labels and options that cannot be, and writes nothing") {
    const auto message = [](const CrossEntropyLoss& loss, const std::vector<std::int64_t>& labels) {
        auto run = loss_check::run<Shape<5>, float>(loss, numbers::z_6_5, labels);
        const std::string text = message_of<ValueError>([&] { run.with_gradient(); });
        check_no_gradient(run);
        return text;
    };
    CHECK(message({}, {0, 1, 2, 5, 4, 0}) ==
          "strata: target: found the label 5 at index 3 of the batch, but labels lie in [0, 5)");
    CHECK(message({}, {0, -1, 2, 0, 4, 0}) ==
          "strata: target: found the label -1 at index 1 of the batch, but labels lie in [0, 5)");
    CHECK(message({.weight = {1, 2}}, {0, 0, 0, 0, 0, 0}) ==
          "strata: CrossEntropyLoss: weight has 2 numbers, but the prediction has 5 classes");
    const auto refused_weight = [&](double weight, const std::string& text) {
        CHECK(message({.weight = {1, 0, weight, 1, 1}}, {0, 0, 0, 0, 0, 0}) ==
              "strata: CrossEntropyLoss: weight[2] is " + text +
                  ", but must be a finite number of at least 0");
    };
    refused_weight(NAN, "nan");
    refused_weight(INFINITY, "inf");
    refused_weight(-1, "-1");
    refused_weight(1e39, "1e+39");  // beyond float, which the model computes with
    CHECK(run<Shape<5>, double>(CrossEntropyLoss{.weight = {1e39, 1, 1, 1, 1}}, numbers::z_6_5,
                                std::vector<std::int64_t>(6, 0))
              .value() > 0);
    CHECK(message({.label_smoothing = NAN}, {0, 0, 0, 0, 0, 0}) ==
          "strata: CrossEntropyLoss: label_smoothing is nan, but must be in [0, 1]");
    CHECK(message({.label_smoothing = 1.5}, {0, 0, 0, 0, 0, 0}) ==
          "strata: CrossEntropyLoss: label_smoothing is 1.5, but must be in [0, 1]");
    CHECK(message({.label_smoothing = -0.5}, {0, 0, 0, 0, 0, 0}) ==
          "strata: CrossEntropyLoss: label_smoothing is -0.5, but must be in [0, 1]");
    CHECK(message_of<ValueError>([] {
              run<Shape<5>, float>(CrossEntropyLoss{.ignore_index = 2}, numbers::z_6_5, numbers::share_6_5)
                  .value();
          }) == "strata: CrossEntropyLoss: ignore_index is 2, but a target of probabilities has no class "
                "indices to ignore; "
                "leave it at -100");
}
