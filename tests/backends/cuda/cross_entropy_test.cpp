// The fused cross-entropy on the device, against its formula in double and the CPU's.

#include "catch.hpp"

#include "backends/cuda/arrays.hpp"
#include <strata/backends/cpu/cross_entropy.hpp>
#include <strata/backends/cpu/reduce.hpp>
#include <strata/backends/cuda/cross_entropy.hpp>

using namespace strata;
using namespace arrays;

namespace {

using Options = SmoothedCrossEntropyOptions;

const std::vector<double> no_weights = {};

Options options_of(const std::vector<double>& weight, bool mean, double smoothing,
                   bool log_probabilities = false) {
    return {{weight.data(), weight.size(), 1, mean, log_probabilities}, smoothing};
}

template <class T, class Shape>
ClassExtent extent_of(Size batch) {
    return class_extent(BatchView<const T, void, Shape>{nullptr, batch});
}

struct Expected {
    double value = 0;
    std::vector<double> gradient;
};

/// The formula. share(row, c) is the target distribution without class weights; what counts towards the mean
/// is `divisor`.
template <class T, class Share>
Expected expected_of(ClassExtent e, const std::vector<T>& x, const Options& options, double divisor,
                     const Share& share) {
    Expected r;
    r.gradient.resize(x.size());
    const double scale = options.mean ? 1 / divisor : 1;
    for (Size row = 0; row < e.outer * e.inner; ++row) {
        const auto at = [&](Size c) { return (row / e.inner * e.classes + c) * e.inner + row % e.inner; };
        const auto q = [&](Size c) { return share(row, c) * (options.weights ? options.weight[c] : 1.0); };
        double highest = -INFINITY, total = 0, whole = 0;
        for (Size c = 0; c < e.classes; ++c) highest = std::fmax(highest, static_cast<double>(x[at(c)]));
        for (Size c = 0; c < e.classes; ++c) total += std::exp(static_cast<double>(x[at(c)]) - highest);
        for (Size c = 0; c < e.classes; ++c) whole += q(c);
        for (Size c = 0; c < e.classes; ++c) {
            const double log_p =
                static_cast<double>(x[at(c)]) - (options.log_probabilities ? 0 : highest + std::log(total));
            if (q(c) != 0) r.value -= q(c) * log_p;
            r.gradient[at(c)] = scale * ((options.log_probabilities ? 0 : whole * std::exp(log_p)) - q(c));
        }
    }
    r.value *= scale;
    return r;
}

/// Labels of which some are 1, which options_of ignores.
std::vector<std::int64_t> labels_of(Size n, Size classes) {
    std::vector<std::int64_t> labels(n);
    Generator generator(3);
    for (auto& label : labels) label = static_cast<std::int64_t>(generator.random() % classes);
    return labels;
}

std::vector<double> weights_of(Size classes) {
    std::vector<double> weight(classes);
    for (Size c = 0; c < classes; ++c) weight[c] = 0.25 + static_cast<double>(c % 5);
    return weight;
}

template <class T, class Shape>
void check_class_indices(Size batch, const Options& options) {
    const strata::cuda::CrossEntropyOperations device;
    const ClassExtent e = extent_of<T, Shape>(batch);
    INFO(e.outer << " x " << e.classes << " x " << e.inner << ", weights " << options.weights << ", mean "
                 << options.mean << ", smoothing " << options.label_smoothing << ", log_probabilities "
                 << options.log_probabilities);
    std::vector<T> x = normal<T>(e.outer * e.classes * e.inner, 1);
    const auto target = labels_of(e.outer * e.inner, e.classes);
    double counted = 0;
    for (const auto label : target)
        if (label != options.ignore_index) counted += options.weights ? options.weight[label] : 1;
    const Expected expected = expected_of(e, x, options, counted, [&](Size row, Size c) {
        if (target[row] == options.ignore_index) return 0.0;
        const double one = static_cast<Size>(target[row]) == c ? 1 : 0;
        return options.log_probabilities ? one
                                         : (1 - options.label_smoothing) * one +
                                               options.label_smoothing / static_cast<double>(e.classes);
    });

    auto in = on_device(x), gradient = on_device(std::vector<T>(x.size(), T(9)));
    auto labels = on_device(target);
    auto report = on_device(std::vector<LossReport>{{0.5, 4, 0, 7}});
    const BatchView<const T, void, Shape> view{in.data(), batch};
    check_replays(device, gradient, [&] {
        device.cross_entropy(view, labels.data(), gradient.data(), options, report.data());
    });
    const LossReport result = on_host(report)[0];
    if (std::isnan(expected.value))
        CHECK(std::isnan(result.value));
    else
        CHECK(result.value == Approx(expected.value).epsilon(tolerance<T>).margin(tolerance<T>));
    CHECK((result.refused == 0 && result.label == 7));
    CHECK(largest_error(on_host(gradient), expected.gradient) <= tolerance<T>);
    if constexpr (Shape::dims.rank == 1) {  // small batches are counted on the way, others left alone
        LossReport counted_apart;
        cpu::ReduceOperations::count_correct(BatchView<const T, void, Shape>{x.data(), batch}, target.data(),
                                             &counted_apart);
        const bool counts = device.counts_correct_with_loss(batch, e.classes);
        CHECK(result.correct == (counts ? counted_apart.correct : 4));
    } else {
        CHECK(result.correct == 4);
    }

    // without a gradient, with the CPU's options without smoothing, and in the place of x
    check_replays(device, report, [&] {
        device.cross_entropy(view, labels.data(), static_cast<T*>(nullptr), options, report.data());
    });
    CHECK(same_bits(std::vector<double>{on_host(report)[0].value}, std::vector<double>{result.value}));
    device.cross_entropy(view, labels.data(), in.data(), options, report.data());
    CHECK(same_bits(on_host(in), on_host(gradient)));

    LossReport cpu_report;
    std::vector<T> cpu_gradient(x.size());
    cpu::CrossEntropyOperations::cross_entropy(BatchView<const T, void, Shape>{x.data(), batch},
                                               target.data(), cpu_gradient.data(), options, &cpu_report);
    if (!std::isnan(expected.value))
        CHECK(result.value == Approx(cpu_report.value).epsilon(tolerance<T>).margin(tolerance<T>));
    CHECK(largest_error(on_host(gradient), cpu_gradient) <= tolerance<T>);
}

template <class T, class Shape>
void check_probabilities(Size batch, const Options& options) {
    const strata::cuda::CrossEntropyOperations device;
    const ClassExtent e = extent_of<T, Shape>(batch);
    INFO(e.outer << " x " << e.classes << " x " << e.inner << ", weights " << options.weights << ", mean "
                 << options.mean << ", smoothing " << options.label_smoothing);
    const std::vector<T> x = normal<T>(e.outer * e.classes * e.inner, 1);
    std::vector<T> target = normal<T>(x.size(), 2);
    for (T& q : target) q = std::fabs(q) / T(2);
    const Expected expected =
        expected_of(e, x, options, static_cast<double>(e.outer * e.inner), [&](Size row, Size c) {
            const Size at = (row / e.inner * e.classes + c) * e.inner + row % e.inner;
            return (1 - options.label_smoothing) * static_cast<double>(target[at]) +
                   options.label_smoothing / static_cast<double>(e.classes);
        });
    auto in = on_device(x), gradient = on_device(x), probabilities = on_device(target);
    auto report = on_device(std::vector<LossReport>{{0.5, 4, 6, 7}});
    const BatchView<const T, void, Shape> view{in.data(), batch};
    const T* shares = probabilities.data();
    check_replays(device, gradient,
                  [&] { device.cross_entropy(view, shares, gradient.data(), options, report.data()); });
    const LossReport result = on_host(report)[0];
    if (std::isnan(expected.value))
        CHECK(std::isnan(result.value));
    else
        CHECK(result.value == Approx(expected.value).epsilon(4 * tolerance<T>));
    CHECK((result.correct == 4 && result.refused == 6 && result.label == 7));
    CHECK(largest_error(on_host(gradient), expected.gradient) <= 4 * tolerance<T>);
    device.cross_entropy(view, shares, in.data(), options, report.data());
    CHECK(same_bits(on_host(in), on_host(gradient)));
}

struct WeightedSquare {
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& weight, const V& x, V& dx) const {
        dx = weight * (x + x);
        return weight * x * x;
    }
};

}  // namespace

TEMPLATE_TEST_CASE("Class indices: value and gradient follow the formula", "", float, double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    using T = TestType;
    for (const Size batch : {0, 1, 7, 64})
        for (const bool mean : {true, false})
            for (const double smoothing : {0.0, 0.1}) {
                check_class_indices<T, Shape<10>>(batch, options_of(no_weights, mean, smoothing));
                check_class_indices<T, Shape<10>>(batch, options_of(weights_of(10), mean, smoothing));
                check_class_indices<T, Shape<3, 2, 2>>(batch, options_of(weights_of(3), mean, smoothing));
                check_class_indices<T, Shape<100>>(batch, options_of(no_weights, mean, smoothing));
            }
    check_class_indices<T, Shape<10>>(64, options_of(weights_of(10), true, 0, true));
    check_class_indices<T, Shape<3, 4>>(5, options_of(no_weights, false, 0, true));
    check_class_indices<T, Shape<37>>(16384, options_of(weights_of(37), true, 0));
    check_class_indices<T, Shape<2, 333>>(301, options_of(weights_of(2), true, 0.1));  // 100233 pixels
}

TEST_CASE("Class indices: options without label smoothing, and a batch in which nothing counts") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    const strata::cuda::CrossEntropyOperations device;
    auto x = on_device(std::vector<float>{1, 2, 3, 4, 5, 6}), gradient = x;
    auto report = on_device(std::vector<LossReport>(1));
    const BatchView<const float, void, Shape<3>> view{x.data(), 2};
    auto target = on_device(std::vector<std::int64_t>{2, -100});
    device.cross_entropy(view, target.data(), gradient.data(), CrossEntropyOptions{}, report.data());
    CHECK(on_host(report)[0].value == Approx(std::log(1 + std::exp(-1.0) + std::exp(-2.0))));
    CHECK(on_host(gradient)[2] == Approx(1 / (1 + std::exp(-1.0) + std::exp(-2.0)) - 1));
    CHECK((on_host(gradient)[3] == 0 && on_host(gradient)[5] == 0));

    target = on_device(std::vector<std::int64_t>{-100, -100});
    device.cross_entropy(view, target.data(), gradient.data(), CrossEntropyOptions{}, report.data());
    CHECK(std::isnan(on_host(report)[0].value));
    CHECK(on_host(gradient) == std::vector<float>(6));
    device.cross_entropy(view, target.data(), gradient.data(), CrossEntropyOptions{.mean = false},
                         report.data());
    CHECK(on_host(report)[0].value == 0);
    CHECK(on_host(report)[0].refused == 0);
}

TEST_CASE("An infinite logit of another class does no harm") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    const strata::cuda::CrossEntropyOperations device;
    auto x = on_device(std::vector<double>{1, -INFINITY, 1}), gradient = x;
    auto report = on_device(std::vector<LossReport>(1));
    auto target = on_device(std::vector<std::int64_t>{0});
    device.cross_entropy(BatchView<const double, void, Shape<3>>{x.data(), 1}, target.data(), gradient.data(),
                         Options{}, report.data());
    CHECK(on_host(report)[0].value == Approx(std::log(2.0)));
    CHECK(on_host(gradient) == std::vector<double>{-0.5, 0, 0.5});
}

TEMPLATE_TEST_CASE("A label out of range is reported, and the step goes on with zeros", "", float, double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    using T = TestType;
    const strata::cuda::CrossEntropyOperations device;
    for (const Size batch : {7, 4096, 100003})
        for (const std::int64_t bad : {std::int64_t(-1), std::int64_t(3), INT64_MIN, INT64_MAX})
            for (const bool log_probabilities : {false, true}) {
                INFO(batch << " samples, the label " << bad);
                const std::vector<double> weight{1, 2, 3};
                const Options options = options_of(weight, true, 0, log_probabilities);
                std::vector<std::int64_t> target = labels_of(batch, 3);
                auto good = on_device(target);
                target[5] = bad;
                target[6] = target[batch - 1] = -7;
                auto labels = on_device(target);
                auto x = on_device(normal<T>(3 * batch, 1)), gradient = x;
                auto report = on_device(std::vector<LossReport>{{0.5, 4, 0, 0}});
                const BatchView<const T, void, Shape<3>> view{x.data(), batch};
                device.cross_entropy(view, labels.data(), gradient.data(), options, report.data());
                LossReport result = on_host(report)[0];
                CHECK(std::isnan(result.value));
                CHECK((result.refused == 6 && result.label == bad));
                CHECK(on_host(gradient) == std::vector<T>(3 * batch));

                // the host has not looked: a later refusal, and a good batch, leave that one
                target[2] = -9;
                labels = on_device(target);
                device.cross_entropy(view, labels.data(), gradient.data(), options, report.data());
                result = on_host(report)[0];
                CHECK((result.refused == 6 && result.label == bad && std::isnan(result.value)));
                device.cross_entropy(view, good.data(), gradient.data(), options, report.data());
                result = on_host(report)[0];
                CHECK((result.refused == 6 && result.label == bad && std::isfinite(result.value)));
                CHECK(on_host(gradient) != std::vector<T>(3 * batch));
            }
}

TEMPLATE_TEST_CASE("Probabilities: value and gradient follow the formula", "", float, double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    using T = TestType;
    for (const Size batch : {0, 1, 7, 64})
        for (const bool mean : {true, false})
            for (const double smoothing : {0.0, 0.1}) {
                check_probabilities<T, Shape<10>>(batch, options_of(weights_of(10), mean, smoothing));
                check_probabilities<T, Shape<3, 2, 2>>(batch, options_of(no_weights, mean, smoothing));
            }
    check_probabilities<T, Shape<37>>(16384, options_of(weights_of(37), true, 0.1));
}

TEMPLATE_TEST_CASE("sum_by_column gives each column its number", "", float, double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    using T = TestType;
    const strata::cuda::CrossEntropyOperations device;
    constexpr Size columns = 37;
    const std::vector<double> numbers = weights_of(columns);
    auto report = on_device(std::vector<LossReport>(1));
    for (const Size rows : {0, 1, 5, 16384}) {
        const std::vector<T> x = normal<T>(rows * columns, 1);
        std::vector<double> expected(x.size());
        double total = 0;
        for (Size i = 0; i < x.size(); ++i) {
            const double value = static_cast<double>(x[i]);
            expected[i] = 2 * numbers[i % columns] * value;
            total += numbers[i % columns] * value * value;
        }
        auto in = on_device(x), gradient = in;
        const T* from = in.data();
        check_replays(device, report, [&] {
            device.sum_by_column(report.data(), 2.0, rows, columns, numbers.data(), WeightedSquare{}, from,
                                 gradient.data());
        });
        CHECK(on_host(report)[0].value == Approx(total / 2).epsilon(tolerance<T>));
        CHECK(largest_error(on_host(gradient), expected) <= tolerance<T>);
    }
}
