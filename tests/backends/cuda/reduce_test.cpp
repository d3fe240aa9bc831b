// Sums over rows and counts of correct rows on the device, against plain loops and the CPU.

#include "catch.hpp"

#include "backends/cuda/arrays.hpp"
#include <algorithm>
#include <strata/backends/cpu/reduce.hpp>
#include <strata/backends/cuda/reduce.hpp>

using namespace strata;
using namespace arrays;

namespace {

template <class T, Size columns>
void check_sum_rows(Size rows) {
    INFO(rows << " x " << columns);
    const strata::cuda::ReduceOperations device;
    const std::vector<T> x = normal<T>(rows * columns, 8);
    std::vector<double> expected(columns), twice(columns);
    for (Size i = 0; i < x.size(); ++i) expected[i % columns] += static_cast<double>(x[i]);
    for (Size j = 0; j < columns; ++j) twice[j] = 2 * expected[j];
    auto from = on_device(x), sums = on_device(std::vector<T>(columns, T(1e30)));
    const BatchView<const T, void, Shape<columns>> view{from.data(), rows};
    GradientView<T, void, Shape<columns>> out{{sums.data()}, false};
    check_replays(device, sums, [&] { device.sum_rows(view, out); });
    CHECK(largest_error(on_host(sums), expected) <= tolerance<T>);
    out.accumulate = true;
    device.sum_rows(view, out);
    CHECK(largest_error(on_host(sums), twice) <= tolerance<T>);
}

/// Small integers, so that rows have several largest entries, and some NaN.
template <class T>
std::vector<T> with_ties(Size n) {
    std::vector<T> x(n);
    Generator generator(9);
    for (T& value : x) value = generator.random() % 50 == 0 ? T(NAN) : T(generator.random() % 7) - T(3);
    return x;
}

/// Positions of several classes, of which those of one class do not count.
template <class T, class Shape>
void check_count_of_positions(Size batch) {
    INFO(Shape::dims.extent[0] << " classes, " << batch << " samples");
    const strata::cuda::ReduceOperations device;
    const std::vector<T> x = with_ties<T>(batch * Shape::dims.elements());
    std::vector<std::int64_t> target(batch * without_classes(Shape::dims).elements());
    for (Size i = 0; i < target.size(); ++i) target[i] = static_cast<std::int64_t>(i * 7 % 5);
    const BatchView<const T, void, Shape> here{x.data(), batch};
    LossReport expected;
    cpu::ReduceOperations::count_correct(here, target.data(), &expected, 2);
    auto from = on_device(x);
    auto labels = on_device(target);
    auto report = on_device(std::vector<LossReport>(1));
    const BatchView<const T, void, Shape> view{from.data(), batch};
    device.count_correct(view, labels.data(), report.data(), 2);
    const LossReport result = on_host(report)[0];
    CHECK((result.correct == expected.correct && result.counted == expected.counted));
    CHECK(result.counted == target.size() - static_cast<Size>(std::count(target.begin(), target.end(), 2)));
    check_replays(device, report, [&] { device.count_correct(view, labels.data(), report.data(), 2); });
}

template <class T, Size columns>
void check_count_correct(Size rows) {
    INFO(rows << " x " << columns);
    const strata::cuda::ReduceOperations device;
    const std::vector<T> x = with_ties<T>(rows * columns);
    std::vector<std::int64_t> target(rows);
    for (Size row = 0; row < rows; ++row) {
        Size best = 0;
        for (Size j = 1; j < columns; ++j)
            if (x[row * columns + best] < x[row * columns + j]) best = j;
        // some right, some one off, some out of range
        target[row] = static_cast<std::int64_t>(best) + (row % 3 == 0 ? 1 : 0) - (row % 7 == 0 ? 2 : 0);
    }
    LossReport expected;
    cpu::ReduceOperations::count_correct(BatchView<const T, void, Shape<columns>>{x.data(), rows},
                                         target.data(), &expected);
    auto from = on_device(x);
    auto labels = on_device(target);
    auto report = on_device(std::vector<LossReport>{{0.5, 77, 6, 7}});
    const BatchView<const T, void, Shape<columns>> view{from.data(), rows};
    device.count_correct(view, labels.data(), report.data());
    const LossReport result = on_host(report)[0];
    CHECK(result.correct == expected.correct);
    CHECK((result.value == 0.5 && result.refused == 6 && result.label == 7));
    check_replays(device, report, [&] { device.count_correct(view, labels.data(), report.data()); });
}

}  // namespace

TEMPLATE_TEST_CASE("sum_rows agrees with plain loops", "", float, double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    for (const Size rows : {0, 1, 2, 64, 256, 257, 1001}) {
        check_sum_rows<TestType, 1>(rows);
        check_sum_rows<TestType, 10>(rows);
        check_sum_rows<TestType, 33>(rows);
        check_sum_rows<TestType, 4099>(rows);
    }
    check_sum_rows<TestType, 37>(16384);
    check_sum_rows<TestType, 1>(100003);
}

TEST_CASE("sum_rows sums over all outer extents of a sample") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    const strata::cuda::ReduceOperations device;
    auto x = on_device(std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    auto sums = on_device(std::vector<float>(2));
    device.sum_rows(BatchView<const float, void, Shape<3, 2>>{x.data(), 2},
                    GradientView<float, void, Shape<2>>{{sums.data()}, false});
    CHECK(on_host(sums) == std::vector<float>{36, 42});
}

TEST_CASE("A recorded sum keeps its scratch memory when a larger one needs more") {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    const strata::cuda::ReduceOperations device;
    auto x = on_device(std::vector<float>(1000 * 3, 1.0f)), sums = on_device(std::vector<float>(3));
    const auto work = [&] {
        device.sum_rows(BatchView<const float, void, Shape<3>>{x.data(), 1000},
                        GradientView<float, void, Shape<3>>{{sums.data()}, false});
    };
    work();
    strata::cuda::RecordedStep graph;
    graph.record(device.context(), work);
    constexpr Size wide = 20011;
    auto large = on_device(std::vector<float>(300 * wide)), large_sums = on_device(std::vector<float>(wide));
    device.sum_rows(BatchView<const float, void, Shape<wide>>{large.data(), 300},
                    GradientView<float, void, Shape<wide>>{{large_sums.data()}, false});
    sums.zero();
    graph.launch(device.context());
    CHECK(on_host(sums) == std::vector<float>{1000, 1000, 1000});
}

TEMPLATE_TEST_CASE("add_to_rows adds the bias to every row", "", float, double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    using T = TestType;
    constexpr Size columns = 37;
    const strata::cuda::ReduceOperations device;
    for (const Size rows : {0, 1, 5, 16384}) {
        std::vector<T> y = normal<T>(rows * columns, 5);
        const std::vector<T> b = normal<T>(columns, 6);
        auto out = on_device(y), bias = on_device(b);
        device.add_to_rows(BatchView<T, void, Shape<columns>>{out.data(), rows},
                           TensorView<const T, void, Shape<columns>>{bias.data()});
        for (Size i = 0; i < y.size(); ++i) y[i] += b[i % columns];
        CHECK(on_host(out) == y);
    }
}

TEMPLATE_TEST_CASE("count_correct counts the positions whose class counts, as the CPU does", "", float,
                   double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    for (const Size batch : {0, 1, 33, 900}) {
        check_count_of_positions<TestType, Shape<5>>(batch);
        check_count_of_positions<TestType, Shape<5, 3, 2>>(batch);
        check_count_of_positions<TestType, Shape<40, 7>>(batch);
    }
    check_count_of_positions<TestType, Shape<3, 10>>(10007);
}

TEMPLATE_TEST_CASE("count_correct agrees with the CPU, ties and NaN included", "", float, double) {
    if (!strata::cuda::is_available()) {
        WARN(strata::cuda::unavailable_because());
        return;
    }
    for (const Size rows : {0, 1, 2, 33, 1000}) {
        check_count_correct<TestType, 1>(rows);
        check_count_correct<TestType, 3>(rows);
        check_count_correct<TestType, 32>(rows);
        check_count_correct<TestType, 33>(rows);
        check_count_correct<TestType, 100>(rows);
    }
    check_count_correct<TestType, 10>(100003);
    check_count_correct<TestType, 37>(16384);
}
