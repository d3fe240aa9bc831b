// Elementwise loops against plain ones: every length around the width of a pack, every number of operands.

#include "catch.hpp"

#include <cmath>
#include <strata/backends/cpu/map.hpp>
#include <vector>

using namespace strata;
using cpu::MapOperations;

namespace {

struct Combine {
    template <class V>
    V operator()(const V& a, const V& b) const {
        return a * V(2) - b;
    }
};

template <class T>
std::vector<T> ramp(Size n, T slope) {
    std::vector<T> x(n);
    for (Size i = 0; i < n; ++i) x[i] = slope * static_cast<T>(i) - T(3);
    return x;
}

template <class T, Size N>
using Batch = BatchView<T, void, Shape<N>>;

}  // namespace

TEMPLATE_TEST_CASE("map writes every element and nothing behind them", "", float, double) {
    using T = TestType;
    for (Size n = 0; n <= 70; ++n) {
        const std::vector<T> a = ramp<T>(n, T(0.5)), b = ramp<T>(n, T(0.25));
        std::vector<T> out(n + 8, T(77));
        MapOperations::map(Combine{}, Batch<T, 1>{out.data(), n}, Batch<const T, 1>{a.data(), n},
                           Batch<const T, 1>{b.data(), n});
        bool same = true;
        for (Size i = 0; i < n; ++i) same = same && out[i] == a[i] * 2 - b[i];
        for (Size i = n; i < out.size(); ++i) same = same && out[i] == T(77);
        INFO("n = " << n);
        CHECK(same);
    }
}

TEMPLATE_TEST_CASE("map works in place", "", float, double) {
    using T = TestType;
    const std::vector<T> b = ramp<T>(45, T(0.25));
    std::vector<T> x = ramp<T>(45, T(0.5));
    const std::vector<T> before = x;
    MapOperations::map(Combine{}, Batch<T, 5>{x.data(), 9}, Batch<T, 5>{x.data(), 9},
                       Batch<const T, 5>{b.data(), 9});
    for (Size i = 0; i < 45; ++i) CHECK(x[i] == before[i] * 2 - b[i]);
}

TEMPLATE_TEST_CASE("for_each reads and writes several operands at once", "", float, double) {
    using T = TestType;
    for (Size n : {0, 1, 3, 4, 7, 8, 15, 16, 17, 33, 100}) {
        std::vector<T> a = ramp<T>(n, T(1)), b = ramp<T>(n, T(2));
        const std::vector<T> c = ramp<T>(n, T(3)), old_a = a, old_b = b;
        MapOperations::for_each(
            n,
            [](auto& x, auto& y, const auto& z) {
                x = x + z;
                y = y * x;
            },
            a.data(), b.data(), c.data());
        for (Size i = 0; i < n; ++i) {
            CHECK(a[i] == old_a[i] + c[i]);
            CHECK(b[i] == old_b[i] * (old_a[i] + c[i]));
        }
    }
}

TEMPLATE_TEST_CASE("sum adds up in double", "", float, double) {
    using T = TestType;
    for (Size n : {0, 1, 5, 16, 31, 32, 33, 511, 512, 513, 5000}) {
        const std::vector<T> x = ramp<T>(n, T(0.25)), y = ramp<T>(n, T(-0.5));
        double expected = 0;
        for (Size i = 0; i < n; ++i) expected += static_cast<double>(x[i] * y[i]);
        LossReport report;
        MapOperations::sum(
            &report, 2.0, n, [](const auto& a, const auto& b) { return a * b; }, x.data(), y.data());
        INFO("n = " << n);
        CHECK(report.value == Approx(expected / 2).epsilon(1e-6));
    }
    // A million tenths in float alone would end near 100958.
    const std::vector<T> tenths(1000000, T(0.1));
    LossReport report;
    MapOperations::sum(
        &report, 1.0, tenths.size(), [](const auto& a) { return a; }, tenths.data());
    CHECK(report.value == Approx(1e6 * static_cast<double>(T(0.1))).epsilon(1e-6));
}

TEST_CASE("fill and copy") {
    float x[5] = {1, 2, 3, 4, 5}, y[5] = {};
    MapOperations::copy(x, y, 4);
    CHECK(y[3] == 4);
    CHECK(y[4] == 0);
    MapOperations::fill(y, 2, 9.0f);
    CHECK(y[1] == 9);
    CHECK(y[2] == 3);
    MapOperations::copy<float>(nullptr, nullptr, 0);
    MapOperations::fill<float>(nullptr, 0, 1);
}
