// clip_grad_norm_: PyTorch's gradients and norms, norms of all sizes, what is not finite, and what is refused.

#include "optimizers/clip_grad_check.hpp"

#include <cmath>
#include <limits>
#include <strata/optimizers/clip_grad_norm.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/training/trainer.hpp>

using namespace clip_grad_check;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
double norm_of(test::Memory<T>& x, double type) {
    test::Device device;
    test::Memory<double> norm(1, -1.0);
    x.upload();
    detail::gradient_norm(device, type, static_cast<const T*>(x.device()), x.size(), norm.device());
    norm.download();
    return norm[0];
}

template <class T>
void check_norms() {
    for (const Size size : {0, 1, 7, 16, 33, 1000, 4096, 4097, 30000, 1100000}) {
        test::Memory<T> x(size);
        double squares = 0, largest = 0;
        for (Size i = 0; i < size; ++i) {
            x[i] = static_cast<T>(std::sin(static_cast<double>(i)) * (i % 7 == 0 ? 10 : 0.1));
            squares += double(x[i]) * double(x[i]);
            largest = std::fmax(largest, std::fabs(double(x[i])));
        }
        INFO(size << " elements");
        CHECK(norm_of(x, 2) == Approx(std::sqrt(squares)).epsilon(2e-7));
        CHECK(norm_of(x, infinity) == largest);
        for (const Size at : {Size(0), size / 2, size - 1}) {
            if (size == 0) continue;
            const T before = x[at];
            x[at] = T(-1e4);
            CHECK(norm_of(x, infinity) == 1e4);
            x[at] = std::numeric_limits<T>::quiet_NaN();
            CHECK(std::isnan(norm_of(x, 2)));
            CHECK(std::isnan(norm_of(x, infinity)));
            x[at] = -std::numeric_limits<T>::infinity();
            CHECK(norm_of(x, 2) == infinity);
            CHECK(norm_of(x, infinity) == infinity);
            x[at] = before;
        }
    }
}

}  // namespace

TEST_CASE("norms of any number of elements") {
    check_norms<float>();
    check_norms<double>();
}

TEST_CASE("squares that float cannot hold") {
    for (const float value : {1e30f, 1e-30f, 3e38f, 1e-37f}) {
        test::Memory<float> x(100, value);
        CHECK(norm_of(x, 2) == Approx(10.0 * double(value)));
        CHECK(norm_of(x, infinity) == double(value));
    }
}

TEST_CASE("clip_grad_norm_ is PyTorch's") {
    test::Model<Net> model = seeded();
    const auto check = [&](double most, ClipGradNormOptions options, double total, const auto& expected) {
        backward(model);
        CHECK(clip_grad_norm_(model, most, options) == Approx(total).epsilon(2e-6));
        check_gradients(model, expected);
    };
    check(0.1, {}, numbers::norm_2_total, numbers::norm_2);
    check(0.05, {.norm_type = infinity}, numbers::norm_inf_total, numbers::norm_inf);
    check(10, {.error_if_nonfinite = true}, numbers::norm_above_total, numbers::norm_above);
}

TEST_CASE("frozen parameters do not count") {
    test::Model<Net> model = seeded();
    backward(model);  // all have gradients
    model.freeze("0.weight");
    model.freeze("2.bias");
    backward(model);
    CHECK(clip_grad_norm_(model, 0.1) == Approx(numbers::frozen_total).epsilon(2e-6));
    check_gradients(model, numbers::frozen);
}

#ifndef STRATA_TEST_CUDA
TEST_CASE("what users write between the gradients does not count") {
    test::Model<Net> model = seeded();
    Optimizer optimizer{model, SGD{.lr = 0.1, .momentum = 0.9}};
    Trainer trainer{model, NLLLoss{}, SGD{.lr = 0.1}};
    trainer.clip_grad_norm(1e6);
    const auto write_between = [&](float value) {
        const auto flat = model.flat_gradients();
        std::vector<bool> is_gradient(flat.size());
        for (const ParameterInfo& row : model.parameter_table())
            for (Size k = 0; k < row.dims.elements(); ++k) is_gradient[row.offset + k] = true;
        for (Size k = 0; k < flat.size(); ++k)
            if (!is_gradient[k]) flat[k] = value;
    };
    for (const float value : {std::numeric_limits<float>::quiet_NaN(), 5.0f}) {
        model.zero_grad();
        backward(model);
        const double norm = clip_grad_norm_(model, infinity);
        write_between(value);
        CHECK(clip_grad_norm_(model, infinity) == norm);
        write_between(value);
        optimizer.step();
        trainer.step(inputs(), labels());
        CHECK(trainer.grad_norm() < 10);
        for (const float parameter : model.flat_parameters()) CHECK(std::isfinite(parameter));
    }
}
#endif

TEST_CASE("gradients that are short enough, or not there, stay as they are") {
    test::Model<Net> model = seeded();
    CHECK(clip_grad_norm_(model, 1e-3) == 0);
    CHECK_FALSE(model.has_gradients());
    backward(model);
    const auto before = test::gradients(model);
    CHECK(clip_grad_norm_(model, 0.3) == Approx(numbers::norm_2_total).epsilon(2e-6));
    CHECK(clip_grad_norm_(model, infinity) == Approx(numbers::norm_2_total).epsilon(2e-6));
    CHECK(test::gradients(model) == before);
    CHECK(clip_grad_norm_(model, 0) == Approx(numbers::norm_2_total).epsilon(2e-6));
    for (const float gradient : gradients(model)) CHECK(gradient == 0);
    model.zero_grad();
    CHECK(clip_grad_norm_(model, 1) == 0);
}

TEST_CASE("a norm that is not finite is thrown where that is asked for") {
    test::Model<Net> model = seeded();
    backward(model);
    test::fill(model.gradient<"2.bias">(), std::numeric_limits<float>::quiet_NaN());
    const auto before = gradients(model);
    CHECK_THROWS_WITH(
        clip_grad_norm_(model, 1, {.error_if_nonfinite = true}),
        "strata: clip_grad_norm_: the norm of the gradients is not finite, and they are as they "
        "were; without error_if_nonfinite they are scaled by it");
    CHECK_THROWS_AS(clip_grad_norm_(model, 1, {.error_if_nonfinite = true}), NumericError);
    const auto after = gradients(model);
    CHECK(after.front() == before.front());
    CHECK(std::isnan(clip_grad_norm_(model, 1)));
    for (const float gradient : gradients(model)) CHECK(std::isnan(gradient));
    backward(model);
    CHECK(clip_grad_norm_(model, 1) == Approx(numbers::norm_2_total).epsilon(2e-6));
}

TEST_CASE("clip_grad_norm_ refuses what is no norm") {
    test::Model<Net> model = seeded();
    backward(model);
    const auto before = test::gradients(model);
    CHECK_THROWS_WITH(clip_grad_norm_(model, -1),
                      "strata: clip_grad_norm_: max_norm is -1, but must be at least 0");
    CHECK_THROWS_AS(clip_grad_norm_(model, std::nan("")), ValueError);
    CHECK_THROWS_WITH(clip_grad_norm_(model, 1, {.norm_type = 1}),
                      "strata: clip_grad_norm_: norm_type is 1, but must be 2 or infinity");
    CHECK(test::gradients(model) == before);
}
