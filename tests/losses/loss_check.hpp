#pragma once
// A loss on plain buffers of the device: its value and gradient against PyTorch's numbers in float and in
// double, and its gradient against central differences. The value must be the same when no gradient is asked
// for, and when the gradient overwrites the prediction.

#include "catch.hpp"
#include "device.hpp"
#include "golden/losses.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <strata/losses/loss.hpp>
#include <string>
#include <type_traits>
#include <vector>

namespace loss_check {

using namespace strata;
using test::Device;
using test::Memory;
namespace numbers = golden::losses;

template <class T, class Shape>
using View = BatchView<const T, Device, Shape>;
template <class Shape>
using LabelView = BatchView<const std::int64_t, Device, shape_t<without_classes(Shape::dims)>>;

/// Why a loss refuses the class indices that go with predictions of the shape `Labels`. (A template of
/// shapes, because nvcc 13 cannot pass a LabelView on to the host's compiler from outside of one.)
template <class Loss, class Prediction, class Labels>
constexpr Reason refusal_of_labels() {
    return Loss::template refuses_target<View<float, Prediction>, LabelView<Labels>>();
}

/// Class indices stay what they are; numbers are of the prediction's type.
template <class T, class U>
using TargetElement = std::conditional_t<std::is_same_v<U, std::int64_t>, std::int64_t, T>;

/// Not std::isnan, which -ffast-math takes for always false.
inline bool is_nan(double value) {
    return (__builtin_bit_cast(std::uint64_t, value) & ~(std::uint64_t(1) << 63)) > 0x7ff0000000000000;
}

/// What `evaluate(report)` reports.
template <class Evaluate>
LossReport report_of(const Evaluate& evaluate) {
    Memory<LossReport> report(1);
    evaluate(report.device());
    report.download();
    return report[0];
}

/// The value there. Throws if the device refused the batch and could not throw itself.
inline double value_of(const LossReport& report) {
    if (report.refused != 0) CHECK(is_nan(report.value));
    strata::detail::check_report(report);
    return report.value;
}

/// A prediction, a target, and the results of one evaluation.
template <class Loss, class Shape, class T, class U>
struct Run {
    using TargetView = std::conditional_t<std::is_same_v<U, std::int64_t>, LabelView<Shape>, View<T, Shape>>;

    Loss loss;
    Memory<T> x;
    Memory<U> y;
    Memory<T> gradient;
    Device device{};

    template <class X, class Y>
    Run(const Loss& the_loss, const X& prediction, const Y& target)
        : loss(the_loss), x(std::begin(prediction), std::end(prediction)),
          y(std::begin(target), std::end(target)), gradient(x.size(), std::numeric_limits<T>::quiet_NaN()) {}

    /// `dx` is x, gradient or null.
    double evaluate_to(Memory<T>* dx) {
        const Size batch = x.size() / Shape::dims.elements();
        x.upload();
        const LossReport result = report_of([&](LossReport* report) {
            loss.evaluate(device, View<T, Shape>{x.device(), batch}, TargetView{y.device(), batch},
                          BatchView<T, Device, Shape>{dx == nullptr ? nullptr : dx->device(), batch}, report);
        });
        if (dx != nullptr) dx->download();
        return value_of(result);
    }
    double with_gradient() { return evaluate_to(&gradient); }
    double value() { return evaluate_to(nullptr); }
};

/// What is left of the gradient's memory when a batch was refused: what was there before, or zeros where the
/// device was at work already.
template <class Run>
void check_no_gradient(const Run& run) {
    for (const auto gradient : run.gradient)
        CHECK((is_nan(double(gradient)) || (!Device::is_host && gradient == 0)));
}

template <class Shape, class T, class Loss, class X, class Y>
auto run(const Loss& loss, const X& prediction, const Y& target) {
    using U = TargetElement<T, std::remove_cvref_t<decltype(*std::begin(target))>>;
    return Run<Loss, Shape, T, U>(loss, prediction, target);
}

inline void check_close(double value, double wanted, double tolerance) {
    CHECK(std::fabs(value - wanted) <= tolerance * (std::fabs(wanted) + 0.01));
}

template <class Shape, class T, class Loss, class X, class Y, Size N>
void check_numbers_in(const Loss& loss, const X& prediction, const Y& target, const double (&expected)[N]) {
    const double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-12;
    auto run = loss_check::run<Shape, T>(loss, prediction, target);
    REQUIRE(run.x.size() + 1 == N);
    INFO((std::is_same_v<T, float> ? "float" : "double"));
    check_close(run.with_gradient(), expected[0], tolerance);
    for (Size i = 0; i + 1 < N; ++i) {
        INFO("gradient " << i);
        check_close(static_cast<double>(run.gradient[i]), expected[i + 1], tolerance);
    }
    check_close(run.value(), expected[0], tolerance);

    check_close(run.evaluate_to(&run.x), expected[0], tolerance);
    for (Size i = 0; i + 1 < N; ++i) {
        INFO("gradient over the prediction, " << i);
        check_close(static_cast<double>(run.x[i]), expected[i + 1], tolerance);
    }
}

/// Golden numbers: the value, then the gradient.
template <class Shape, class Loss, class X, class Y, Size N>
void check_numbers(const Loss& loss, const X& prediction, const Y& target, const double (&expected)[N]) {
    check_numbers_in<Shape, float>(loss, prediction, target, expected);
    check_numbers_in<Shape, double>(loss, prediction, target, expected);
}

/// Differences of fourth order, because probabilities close to 0 or 1 have steep logarithms.
template <class Shape, class Loss, class X, class Y>
void check_differences(const Loss& loss, const X& prediction, const Y& target) {
    auto run = loss_check::run<Shape, double>(loss, prediction, target);
    run.with_gradient();
    const double step = 1e-6;
    for (Size i = 0; i < run.x.size(); ++i) {
        INFO("difference " << i);
        const double x = run.x[i];
        const auto difference = [&](double h) {
            run.x[i] = x + h;
            const double above = run.value();
            run.x[i] = x - h;
            const double below = run.value();
            run.x[i] = x;
            return above - below;
        };
        const double slope = (8 * difference(step) - difference(2 * step)) / (12 * step);
        CHECK(std::fabs(slope - run.gradient[i]) <= 1e-6 * std::fmax(1.0, std::fabs(slope)));
    }
}

/// Both. `Shape` is one sample's.
template <class Shape, class Loss, class X, class Y, Size N>
void check(const Loss& loss, const X& prediction, const Y& target, const double (&expected)[N]) {
    check_numbers<Shape>(loss, prediction, target, expected);
    check_differences<Shape>(loss, prediction, target);
}

/// What every loss of numbers with numbers refuses.
template <class Loss>
constexpr bool takes_numbers_only() {
    using X = View<float, Shape<3>>;
    return Loss::template refuses_target<X, X>() == nullptr &&
           Loss::template refuses_target<X, LabelView<Shape<3>>>() ==
               &it_compares_numbers_with_numbers_but_class_indices_go_with_CrossEntropyLoss_or_NLLLoss &&
           Loss::template refuses_target<X, View<double, Shape<3>>>() ==
               &the_target_must_have_the_shape_and_type_of_the_prediction &&
           Loss::template refuses_target<X, View<float, Shape<4>>>() ==
               &the_target_must_have_the_shape_and_type_of_the_prediction;
}

/// The text of the error that `call` throws.
template <class E, class Call>
std::string message_of(const Call& call) {
    try {
        call();
    } catch (const E& error) {
        return error.what();
    }
    return "nothing was thrown";
}

template <Size N>
std::vector<double> weights(const float (&values)[N]) {
    return {std::begin(values), std::end(values)};
}

}  // namespace loss_check
