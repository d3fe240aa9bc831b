// NLLLoss against PyTorch's numbers and central differences; behind a LogSoftmax in one kernel; at the end of
// a whole model; what it refuses.

#include "losses/class_cases.hpp"
#if !defined(STRATA_TEST_CUDA)  // the device counts for itself
#include "io/count_allocations.hpp"
#endif

#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

using namespace loss_check;
using test::to;

using X = View<float, Shape<3>>;
static_assert(refusal_of_labels<NLLLoss, Shape<3>, Shape<3>>() == nullptr);
static_assert(refusal_of_labels<NLLLoss, Shape<3, 4>, Shape<3, 4>>() == nullptr);
static_assert(refusal_of_labels<NLLLoss, Shape<3, 4>, Shape<3>>() ==
              &the_target_must_be_class_indices_of_type_int64_one_per_sample);
static_assert(NLLLoss::refuses_target<X, X>() ==
              &the_target_must_be_class_indices_of_type_int64_one_per_sample);
static_assert(NLLLoss::refuses_output(OutputKind::log_probabilities) == nullptr);
static_assert(NLLLoss::refuses_output(OutputKind::probabilities) ==
              &NLLLoss_takes_log_probabilities_so_end_the_network_with_LogSoftmax_or_use_CrossEntropyLoss);

TEST_CASE("NLLLoss is PyTorch's NLLLoss") {
    const NLLLoss mean, sum{.reduction = Reduction::sum};
#define CASES(N, ...)                                                                                        \
    check<__VA_ARGS__>(mean, numbers::log_z_##N, numbers::t_##N, numbers::nll_##N##_mean);                   \
    check<__VA_ARGS__>(sum, numbers::log_z_##N, numbers::t_##N, numbers::nll_##N##_sum);                     \
    check<__VA_ARGS__>(mean, numbers::log_z_##N, numbers::t_some_##N, numbers::nll_some_##N##_mean);         \
    check<__VA_ARGS__>(sum, numbers::log_z_##N, numbers::t_some_##N, numbers::nll_some_##N##_sum);
    FOR_CLASS_SHAPES(CASES)
#undef CASES
}

TEST_CASE("NLLLoss with weights and ignored classes") {
#define CASES(N, ...)                                                                                        \
    {                                                                                                        \
        NLLLoss loss{.weight = weights(numbers::w_##N)};                                                     \
        check<__VA_ARGS__>(loss, numbers::log_z_##N, numbers::t_some_##N,                                    \
                           numbers::nll_weight_some_##N##_mean);                                             \
        loss.reduction = Reduction::sum;                                                                     \
        check<__VA_ARGS__>(loss, numbers::log_z_##N, numbers::t_some_##N,                                    \
                           numbers::nll_weight_some_##N##_sum);                                              \
    }
    FOR_CLASS_SHAPES(CASES)
#undef CASES
#define CASES(N, ...)                                                                                        \
    check<__VA_ARGS__>(NLLLoss{.ignore_index = numbers::only_##N}, numbers::log_z_##N, numbers::t_##N,       \
                       numbers::nll_ignore_##N);
    FOR_LARGER_CLASS_SHAPES(CASES)
#undef CASES
}

TEST_CASE("NLLLoss of vanishing probabilities is finite") {
    check_numbers<Shape<3>>(NLLLoss{}, numbers::end_log_z, numbers::end_t, numbers::nll_ends);
}

TEST_CASE("NLLLoss where nothing counts is NaN without a gradient, as in PyTorch") {
    const std::vector<double> x{-1, -1, -1};
    const std::vector<std::int64_t> ignored{-100};
    auto mean = run<Shape<3>, float>(NLLLoss{}, x, ignored);
    CHECK(is_nan(mean.with_gradient()));
    CHECK(mean.gradient == std::vector<float>(3, 0.0f));
    const NLLLoss loss{.reduction = Reduction::sum};
    CHECK(run<Shape<3>, float>(loss, x, ignored).value() == 0);
}

TEST_CASE("NLLLoss refuses labels and weights that cannot be, and writes nothing") {
    const auto message = [](const NLLLoss& loss, const std::vector<std::int64_t>& labels) {
        auto run = loss_check::run<Shape<5>, float>(loss, numbers::log_z_6_5, labels);
        const std::string text = message_of<ValueError>([&] { run.with_gradient(); });
        check_no_gradient(run);
        return text;
    };
    CHECK(message({}, {0, 1, 2, 3, 4, 5}) ==
          "strata: target: found the label 5 at index 5 of the batch, but labels lie in [0, 5)");
    CHECK(message({}, {0, 1, -7, 3, 4, 0}) ==
          "strata: target: found the label -7 at index 2 of the batch, but labels lie in [0, 5)");
    CHECK(message({.weight = {1, 2, 3, 4, 5, 6}}, {0, 0, 0, 0, 0, 0}) ==
          "strata: NLLLoss: weight has 6 numbers, but the prediction has 5 classes");
    CHECK(message({.weight = {NAN, 2, 3, 4, 5}}, {1, 1, 1, 1, 1, 1}) ==
          "strata: NLLLoss: weight[0] is nan, but must be a finite number of at least 0");
    CHECK(message({.weight = {0, 2, 3, 4, -1}}, {1, 1, 1, 1, 1, 1}) ==
          "strata: NLLLoss: weight[4] is -1, but must be a finite number of at least 0");
}

namespace {

/// LogSoftmax and then NLLLoss, each on its own, against both in one kernel.
template <class Shape, class T, Size N, Size M>
void check_behind(const NLLLoss& loss, const float (&logits)[N], const std::int64_t (&labels)[M]) {
    Device device;
    const LogSoftmax layer;
    Memory<T> x(logits, logits + N), y(N), dy(N), dx(N), together(N, T(NAN));
    Memory<std::int64_t> indices(labels, labels + M);
    const BatchView<const T, Device, Shape> input{x.device(), M}, output{y.device(), M};
    const BatchView<T, Device, Shape> none{nullptr, M};
    const LabelView<Shape> target{indices.device(), M};
    layer.forward(device, input, BatchView<T, Device, Shape>{y.device(), M});
    const double value = value_of(report_of([&](LossReport* report) {
        loss.evaluate(device, output, target, BatchView<T, Device, Shape>{dy.device(), M}, report);
    }));
    layer.backward_input(device, input, output, BatchView<const T, Device, Shape>{dy.device(), M},
                         BatchView<T, Device, Shape>{dx.device(), M});

    const double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-12;
    const auto behind = [&](BatchView<T, Device, Shape> gradient) {
        return value_of(report_of([&](LossReport* report) {
            loss.evaluate_behind(layer, device, input, target, gradient, report);
        }));
    };
    check_close(behind({together.device(), M}), value, tolerance);
    check_close(behind(none), value, tolerance);
    dx.download();
    together.download();
    for (Size i = 0; i < N; ++i) check_close(double(together[i]), double(dx[i]), tolerance);
}

}  // namespace

TEMPLATE_TEST_CASE("NLLLoss behind LogSoftmax in one kernel is the pair", "", float, double) {
    const NLLLoss mean, sum{.reduction = Reduction::sum}, ignoring{.ignore_index = 2},
        weighted{.weight = weights(numbers::w_6_5)};
    for (const NLLLoss* loss : {&mean, &sum, &ignoring, &weighted})
        check_behind<Shape<5>, TestType>(*loss, numbers::z_6_5, numbers::t_6_5);
    check_behind<Shape<5>, TestType>(mean, numbers::z_6_5, numbers::t_some_6_5);
    check_behind<Shape<5>, TestType>(weighted, numbers::z_6_5, numbers::t_some_6_5);
    check_behind<Shape<3>, TestType>(mean, numbers::z_1_3, numbers::t_1_3);
    check_behind<Shape<35>, TestType>(mean, numbers::z_3_35, numbers::t_3_35);
    check_behind<Shape<3>, TestType>(mean, numbers::end_z, numbers::end_t);
}

TEST_CASE("NLLLoss allocates nothing") {
    auto run = loss_check::run<Shape<5>, float>(NLLLoss{.weight = weights(numbers::w_6_5)},
                                                numbers::log_z_6_5, numbers::t_6_5);
    Memory<LossReport> report(1);
    const auto evaluate = [&] {
        run.loss.evaluate(run.device, View<float, Shape<5>>{run.x.device(), 6},
                          LabelView<Shape<5>>{run.y.device(), 6},
                          BatchView<float, Device, Shape<5>>{run.gradient.device(), 6}, report.device());
    };
#if defined(STRATA_TEST_CUDA)
    // After the first time, and on the device; to give it work may take memory here.
    evaluate();
    const auto before = test::device_allocations();
    evaluate();
    CHECK(test::device_allocations() == before);
#else
    CHECK(support::allocated_by(evaluate) == 0);
#endif
}

namespace {

using Net = Sequential<Linear<4, 6>, ReLU, Linear<6, 3>, LogSoftmax>;

template <class Parameter, Size N>
void assign(Parameter&& parameter, const float (&values)[N]) {
    test::assign(parameter, {std::begin(values), std::end(values)});
}
template <class Given, Size N>
void compare(const Given& given, const double (&expected)[N], double tolerance) {
    const auto values = test::host(given);
    REQUIRE(values.size() == N);
    for (Size i = 0; i < N; ++i) check_close(double(values.data()[i]), expected[i], tolerance);
}

template <class T>
test::Model<Net, T> model_of_the_golden_file() {
    test::Model<Net, T> model;
    assign(model.template parameter<"0.weight">(), numbers::net_0_weight);
    assign(model.template parameter<"0.bias">(), numbers::net_0_bias);
    assign(model.template parameter<"2.weight">(), numbers::net_2_weight);
    assign(model.template parameter<"2.bias">(), numbers::net_2_bias);
    return model;
}
template <class T>
xt::xtensor<T, 2> inputs() {
    xt::xtensor<T, 2> x = xt::zeros<T>({5, 4});
    std::copy(std::begin(numbers::net_x), std::end(numbers::net_x), x.begin());
    return x;
}
xt::xtensor<std::int64_t, 1> labels() {
    xt::xtensor<std::int64_t, 1> y = xt::zeros<std::int64_t>({5});
    for (Size i = 0; i < 5; ++i) y(i) = numbers::net_y[i];
    return y;
}

}  // namespace

TEMPLATE_TEST_CASE("A model with NLLLoss has PyTorch's loss and gradients", "", float, double) {
    const double tolerance = std::is_same_v<TestType, float> ? 1e-5 : 1e-12;
    auto model = model_of_the_golden_file<TestType>();
    const xt::xtensor<TestType, 2> inputs_here = inputs<TestType>();
    const xt::xtensor<std::int64_t, 1> labels_here = labels();
    const auto& x = to(inputs_here);
    const auto& y = to(labels_here);
    const NLLLoss criterion;

    for (int times = 0; times < 2; ++times) {
        model.zero_grad();
        const auto prediction = model(x);
        compare(prediction, numbers::net_prediction, tolerance);
        const Loss loss = criterion(prediction, y);
        check_close(loss.item(), numbers::net_loss, tolerance);
        model.backward(loss);
        compare(model.template gradient<"0.weight">(), numbers::net_0_weight_gradient, tolerance);
        compare(model.template gradient<"0.bias">(), numbers::net_0_bias_gradient, tolerance);
        compare(model.template gradient<"2.weight">(), numbers::net_2_weight_gradient, tolerance);
        compare(model.template gradient<"2.bias">(), numbers::net_2_bias_gradient, tolerance);
    }
}

TEST_CASE("A loss that belongs to no present pass is refused") {
    auto model = model_of_the_golden_file<float>();
    const xt::xtensor<float, 2> inputs_here = inputs<float>();
    const xt::xtensor<std::int64_t, 1> labels_here = labels();
    const auto& x = to(inputs_here);
    const auto& y = to(labels_here);
    const NLLLoss criterion;
    const auto message = [&](const Loss& loss) {
        return message_of<ValueError>([&] { model.backward(loss); });
    };
    const auto contains = [](const std::string& text, const char* part) {
        return text.find(part) != std::string::npos;
    };

    const Loss old = criterion(model(x), y);
    const Loss loss = criterion(model(x), y);
    CHECK(contains(message(old), "the model has run another pass since this loss's prediction"));
    CHECK(message(loss) == "nothing was thrown");
    CHECK(contains(message(loss), "it has been done for this prediction; it takes a loss once"));

    model.eval();
    const Loss evaluated = criterion(model(x), y);
    check_close(evaluated.item(), numbers::net_loss, 1e-5);
    CHECK(contains(message(evaluated), "the prediction was made in evaluation mode"));
    CHECK(contains(message(Loss{}), "this loss is empty"));
}
