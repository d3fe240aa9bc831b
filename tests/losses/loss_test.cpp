// The arguments of `criterion(prediction, target)`: containers, views and expressions; and how what may
// not is refused. With a model, and for two arrays without one.

#include "losses/loss_check.hpp"

#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/bce_with_logits_loss.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/losses/kl_div_loss.hpp>
#include <strata/losses/loss_of_arrays.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

using namespace loss_check;
using test::to;

namespace {

template <class T, Size Rank, class From>
xt::xtensor<T, Rank> tensor(std::array<Size, Rank> shape, const From& values) {
    xt::xtensor<T, Rank> result(shape);
    REQUIRE(result.size() == std::size(values));
    for (Size i = 0; i < result.size(); ++i) result.data()[i] = static_cast<T>(values[i]);
    return result;
}

template <class Call>
std::string refusal_of(const Call& call) {
    return message_of<ShapeError>(call);
}

}  // namespace

TEST_CASE("A model's target may be a container, a view or an expression") {
    test::Model<Sequential<Linear<4, 3>>> model;
    const auto x = tensor<float, 2>({5, 4}, numbers::net_x);
    const auto prediction = model(to(x));
    const auto y = tensor<std::int64_t, 1>({5}, numbers::net_y);
    const double expected = CrossEntropyLoss{}(prediction, to(y));

    const xt::xarray<std::int64_t> any_rank = y;
    xt::xtensor<std::int64_t, 2> columns = xt::zeros<std::int64_t>({5, 2});
    xt::view(columns, xt::all(), 1) = y;
    const xt::xtensor<int, 1> narrow = xt::cast<int>(y);
    CHECK(CrossEntropyLoss{}(prediction, to(any_rank)).item() == expected);
    CHECK(CrossEntropyLoss{}(prediction, to(any_rank)).item<float>() == static_cast<float>(expected));
    CHECK(CrossEntropyLoss{}(prediction, to(xt::view(columns, xt::all(), 1))).item() == expected);
    CHECK(CrossEntropyLoss{}(prediction, to(xt::cast<std::int64_t>(narrow))).item() == expected);
    CHECK(CrossEntropyLoss{}(prediction, to(y + 1 - 1)).item() == expected);

    const xt::xtensor<float, 2> one_hot =
        xt::cast<float>(xt::equal(xt::view(y, xt::all(), xt::newaxis()), xt::arange(3)));
    check_close(CrossEntropyLoss{}(prediction, to(one_hot)), expected, 1e-6);
    check_close(CrossEntropyLoss{}(prediction, to(one_hot * 1.0f)), expected, 1e-6);
    const xt::xtensor<float, 2, xt::layout_type::column_major> other_order = one_hot;
    check_close(CrossEntropyLoss{}(prediction, to(other_order)), expected, 1e-6);
    CHECK(MSELoss{}(prediction, prediction).item() == 0);
}

TEST_CASE("A gradient is the same for a target that had to be copied") {
    test::Model<Sequential<Linear<4, 3>>> model;
    const auto x = tensor<float, 2>({5, 4}, numbers::net_x);
    const xt::xtensor<float, 2> y = xt::ones<float>({5, 3});
    const xt::xtensor<float, 2> turned = xt::ones<float>({3, 5});
    model.backward(MSELoss{}(model(to(x)), to(y)));
    const auto expected = test::host(model.gradient<"0.weight">());
    model.zero_grad();
    model.backward(MSELoss{}(model(to(x)), to(xt::transpose(turned))));
    CHECK((expected == test::host(model.gradient<"0.weight">())));
}

TEST_CASE("A model in evaluation mode gives the value and keeps its output") {
    test::Model<Sequential<Linear<4, 3>>> model;
    const auto x = tensor<float, 2>({5, 4}, numbers::net_x);
    const auto y = tensor<std::int64_t, 1>({5}, numbers::net_y);
    const double expected = CrossEntropyLoss{}(model(to(x)), to(y));
    model.eval();
    const auto prediction = model(to(x));
    const auto before = test::host(prediction);
    CHECK(CrossEntropyLoss{}(prediction, to(y)).item() == expected);
    CHECK((before == test::host(prediction)));
}

TEST_CASE("A target of another shape is refused, with both shapes") {
    test::Model<Sequential<Linear<4, 1>>> one;
    test::Model<Sequential<Linear<4, 3>>> three;
    const auto x = tensor<float, 2>({5, 4}, numbers::net_x);
    const xt::xtensor<float, 1> flat = xt::ones<float>({5});
    const xt::xtensor<float, 2> column = xt::ones<float>({5, 1});
    const xt::xtensor<std::int64_t, 2> label_column = xt::ones<std::int64_t>({5, 1});
    const xt::xtensor<std::int64_t, 1> four = xt::ones<std::int64_t>({4});

    const auto of_one = one(to(x));
    CHECK(refusal_of([&] { MSELoss{}(of_one, to(flat)); }) ==
          "strata: the target has the shape (5), but the prediction's takes (batch, 1); "
          "xt::view(y, xt::all(), xt::newaxis()) adds the last extent");
    CHECK(MSELoss{}(of_one, to(xt::view(flat, xt::all(), xt::newaxis()))).item() ==
          MSELoss{}(of_one, to(column)).item());

    const auto of_three = three(to(x));
    CHECK(refusal_of([&] { MSELoss{}(of_three, to(column)); }) ==
          "strata: the target has the shape (5, 1), but the prediction's takes (batch, 3)");
    // Labels in the wrong type, of which only the run knows that they are as many as labels.
    const xt::xarray<float> labels_of_float = xt::ones<float>({5});
    CHECK(refusal_of([&] { CrossEntropyLoss{}(of_three, to(labels_of_float)); }) ==
          "strata: the target has the shape (5), but the prediction's takes (batch, 3); "
          "where these are class indices write xt::cast<std::int64_t>(y)");
    CHECK(refusal_of([&] { CrossEntropyLoss{}(of_three, to(label_column)); }) ==
          "strata: the target has the shape (5, 1), but the prediction's takes (batch); "
          "xt::view(y, xt::all(), 0) drops the last extent");
    CHECK(CrossEntropyLoss{}(of_three, to(xt::view(label_column, xt::all(), 0))).item() > 0);
    CHECK(refusal_of([&] { CrossEntropyLoss{}(of_three, to(four)); }) ==
          "strata: the prediction holds 5 samples, but the target holds 4");
}

TEST_CASE("A model's prediction of higher rank takes a class index per position") {
    test::Model<Sequential<Input<3, 4>, LogSoftmax>> model{Sequential{Input<3, 4>{}, LogSoftmax{.dim = 1}}};
    const auto x = tensor<float, 3>({2, 3, 4}, numbers::z_2_3_4);
    const auto y = tensor<std::int64_t, 2>({2, 4}, numbers::t_2_3_4);
    check_close(NLLLoss{}(model(to(x)), to(y)), numbers::nll_2_3_4_mean[0], 1e-5);
}

TEST_CASE("Two arrays have a loss without a model") {
    const auto x = tensor<float, 2>({5, 7}, numbers::x_5_7), y = tensor<float, 2>({5, 7}, numbers::y_5_7);
    check_close(MSELoss{}(x, y), numbers::mse_5_7_mean[0], 1e-5);
    check_close(MSELoss{}(xt::transpose(x), xt::transpose(y)), numbers::mse_5_7_mean[0], 1e-5);
    check_close(MSELoss{}(x + 1.0f, y + 1.0f), numbers::mse_5_7_mean[0], 1e-5);
    check_close(MSELoss{}(tensor<double, 1>({35}, numbers::x_5_7), tensor<double, 1>({35}, numbers::y_5_7)),
                numbers::mse_5_7_mean[0], 1e-12);
    const xt::xarray<double> any_x = tensor<double, 3>({3, 2, 4}, numbers::x_3_2_4),
                             any_y = tensor<double, 3>({3, 2, 4}, numbers::y_3_2_4);
    check_close(MSELoss{}(any_x, any_y), numbers::mse_3_2_4_mean[0], 1e-12);

    const BCEWithLogitsLoss weighted{.pos_weight = weights(numbers::pos_weight_5_7)};
    check_close(
        weighted(tensor<float, 2>({5, 7}, numbers::logits_5_7), tensor<float, 2>({5, 7}, numbers::soft_5_7)),
        numbers::bce_with_logits_soft_weights_5_7_mean[0], 1e-5);
    const KLDivLoss divergence{.reduction = KLDivLoss::Reduction::batch_mean};
    check_close(
        divergence(tensor<float, 2>({5, 7}, numbers::log_p_5_7), tensor<float, 2>({5, 7}, numbers::q_5_7)),
        numbers::kl_div_5_7_batch_mean[0], 1e-5);

    check_close(CrossEntropyLoss{}(tensor<float, 2>({6, 5}, numbers::z_6_5),
                                   tensor<std::int64_t, 1>({6}, numbers::t_6_5)),
                numbers::cross_entropy_6_5_mean[0], 1e-5);
    check_close(CrossEntropyLoss{}(tensor<float, 2>({6, 5}, numbers::z_6_5),
                                   tensor<float, 2>({6, 5}, numbers::share_6_5)),
                numbers::cross_entropy_share_6_5_mean[0], 1e-5);
    check_close(CrossEntropyLoss{}(tensor<double, 4>({2, 3, 2, 2}, numbers::z_2_3_2_2),
                                   tensor<std::int64_t, 3>({2, 2, 2}, numbers::t_2_3_2_2)),
                numbers::cross_entropy_2_3_2_2_mean[0], 1e-12);
    check_close(NLLLoss{}(tensor<double, 3>({2, 3, 4}, numbers::log_z_2_3_4),
                          tensor<std::int64_t, 2>({2, 4}, numbers::t_2_3_4)),
                numbers::nll_2_3_4_mean[0], 1e-12);
}

TEST_CASE("Two arrays whose shapes do not fit are refused") {
    const xt::xtensor<float, 2> x = xt::zeros<float>({5, 3}), y = xt::zeros<float>({5, 1}),
                                fewer = xt::zeros<float>({4, 3});
    const xt::xtensor<float, 1> flat = xt::zeros<float>({5});
    const xt::xtensor<std::int64_t, 2> labels = xt::zeros<std::int64_t>({5, 1});
    CHECK(refusal_of([&] { MSELoss{}(x, fewer); }) ==
          "strata: the target has the shape (4, 3), but the prediction's takes (5, 3)");
    CHECK(refusal_of([&] { MSELoss{}(flat, y); }) ==
          "strata: the target has the shape (5, 1), but the prediction's takes (5); "
          "xt::view(y, xt::all(), 0) drops the last extent");
    CHECK(refusal_of([&] { NLLLoss{}(x, labels); }) ==
          "strata: the target has the shape (5, 1), but the prediction's takes (5); "
          "xt::view(y, xt::all(), 0) drops the last extent");
    CHECK(
        refusal_of([&] { NLLLoss{}(flat, labels); }) ==
        "strata: the prediction has the shape (5), but class indices need one of (N, C) or (N, C, d1, ...)");
}
