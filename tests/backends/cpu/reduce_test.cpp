// Sums over rows and counts of correct rows, against plain loops.

#include "catch.hpp"

#include <cmath>
#include <limits>
#include <strata/backends/cpu/reduce.hpp>
#include <strata/random/distributions.hpp>
#include <vector>

using namespace strata;
using cpu::ReduceOperations;

namespace {

template <class T, Size Columns>
void check_sum_rows(Size rows) {
    std::vector<T> x(rows * Columns), sums(Columns, T(1e30));
    Generator generator(8);
    normal_(x.data(), x.size(), 0, 1, generator);
    const BatchView<const T, void, Shape<Columns>> view{x.data(), rows};
    GradientView<T, void, Shape<Columns>> out{{sums.data()}, false};
    const auto agrees = [&](double factor) {
        for (Size j = 0; j < Columns; ++j) {
            double expected = 0;
            for (Size i = 0; i < rows; ++i) expected += static_cast<double>(x[i * Columns + j]);
            if (!(std::fabs(static_cast<double>(sums[j]) - factor * expected) <=
                  (sizeof(T) == 4 ? 1e-6 : 1e-14) * (1 + static_cast<double>(rows))))
                return false;
        }
        return true;
    };
    INFO(rows << " x " << Columns);
    ReduceOperations::sum_rows(view, out);
    CHECK(agrees(1));
    out.accumulate = true;
    ReduceOperations::sum_rows(view, out);
    CHECK(agrees(2));
}

}  // namespace

TEMPLATE_TEST_CASE("sum_rows agrees with plain loops", "", float, double) {
    for (Size rows : {0, 1, 2, 5, 64}) {
        check_sum_rows<TestType, 1>(rows);
        check_sum_rows<TestType, 3>(rows);
        check_sum_rows<TestType, 16>(rows);
        check_sum_rows<TestType, 33>(rows);
        check_sum_rows<TestType, 100>(rows);
    }
}

TEST_CASE("sum_rows sums over all outer extents of a sample") {
    const float x[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    float sums[2];
    ReduceOperations::sum_rows(BatchView<const float, void, Shape<3, 2>>{x, 2},
                               GradientView<float, void, Shape<2>>{{sums}, false});
    CHECK(sums[0] == 36);
    CHECK(sums[1] == 42);
}

template <class View>
Size correct_in(const View& x, const std::int64_t* target) {
    LossReport report;
    ReduceOperations::count_correct(x, target, &report);
    return report.correct;
}

TEST_CASE("count_correct takes the first of equal values") {
    const float x[12] = {0, 1, 0, 2, 2, 1, -3, -2, -1, 5, 5, 5};
    const BatchView<const float, void, Shape<3>> view{x, 4};
    const std::int64_t right[4] = {1, 0, 2, 0}, wrong[4] = {0, 1, 0, 1}, half[4] = {1, 1, 2, 2};
    CHECK(correct_in(view, right) == 4);
    CHECK(correct_in(view, wrong) == 0);
    CHECK(correct_in(view, half) == 2);
    CHECK(correct_in(BatchView<const float, void, Shape<3>>{x, 0}, right) == 0);
}

TEST_CASE("count_correct counts positions, and leaves out those that are ignored") {
    // Two samples of 3 classes at 2 positions.
    const float x[12] = {9, 0, 1, 1, 2, 2, 0, 5, 0, 4, 6, 3};
    const std::int64_t target[4] = {0, 2, 2, 1};
    const BatchView<const float, void, Shape<3, 2>> view{x, 2};
    const auto check = [&](std::int64_t ignore_index, Size correct, Size counted) {
        LossReport report;
        ReduceOperations::count_correct(view, target, &report, ignore_index);
        CHECK((report.correct == correct && report.counted == counted));
    };
    check(nothing_ignored, 3, 4);
    check(2, 1, 2);
    check(0, 2, 3);
    check(-100, 3, 4);
}
