// Running sums and their gradients against plain loops in double: extents apart in memory and side by side, more
// and fewer neighbours than are summed at once, and in place.

#include "catch.hpp"

#include <strata/backends/cpu/scan.hpp>
#include <strata/random/distributions.hpp>
#include <vector>

using namespace strata;
using cpu::ScanOperations;

namespace {

template <class T>
void check(ClassExtent e) {
    INFO(e.outer << " x " << e.classes << " x " << e.inner);
    const Size n = e.outer * e.classes * e.inner;
    Generator generator(1);
    std::vector<T> x(n), y(n), dx(n);
    normal_(x.data(), n, 0, 1, generator);
    ScanOperations::cumsum(e, x.data(), y.data());
    ScanOperations::cumsum_backward(e, x.data(), dx.data());
    Size wrong = 0;
    for (Size row = 0; row < e.outer * e.inner; ++row) {
        const auto at = [&](Size k) { return (row / e.inner * e.classes + k) * e.inner + row % e.inner; };
        double forward = 0, backward = 0;
        for (Size k = 0; k < e.classes; ++k) {
            forward += static_cast<double>(x[at(k)]);
            wrong += y[at(k)] != static_cast<T>(forward);
        }
        for (Size k = e.classes; k-- > 0;) {
            backward += static_cast<double>(x[at(k)]);
            wrong += dx[at(k)] != static_cast<T>(backward);
        }
    }
    CHECK(wrong == 0);
    std::vector<T> in_place = x;
    ScanOperations::cumsum(e, in_place.data(), in_place.data());
    CHECK(in_place == y);
}

}  // namespace

TEMPLATE_TEST_CASE("running sums agree with plain loops", "[cpu][scan]", float, double) {
    for (const Size inner : {1, 2, 31, 32, 33, 70})
        for (const Size classes : {1, 2, 9}) check<TestType>({3, classes, inner});
    check<TestType>({2, 1000, 1});
    check<TestType>({0, 5, 4});
}
