// Softmax, its logarithm and their gradients against plain loops in double: every number of classes around
// the width of a pack, classes side by side in memory and apart.

#include "catch.hpp"

#include <cmath>
#include <limits>
#include <strata/backends/cpu/softmax.hpp>
#include <strata/random/distributions.hpp>
#include <vector>

using namespace strata;
using cpu::SoftmaxOperations;

namespace {

/// body(offset of the first class) for each row of classes.
template <class Body>
void for_rows(ClassExtent e, const Body& body) {
    for (Size o = 0; o < e.outer; ++o)
        for (Size i = 0; i < e.inner; ++i) body(o * e.classes * e.inner + i);
}

struct Reference {
    std::vector<double> y, log_y, dx, log_dx;
};

template <class T>
Reference reference(ClassExtent e, const std::vector<T>& x, const std::vector<T>& dy) {
    Reference r;
    r.y = r.log_y = r.dx = r.log_dx = std::vector<double>(x.size());
    for_rows(e, [&](Size at) {
        double highest = -std::numeric_limits<double>::infinity(), total = 0, weighted = 0, sum = 0;
        for (Size c = 0; c < e.classes; ++c)
            highest = std::fmax(highest, static_cast<double>(x[at + c * e.inner]));
        for (Size c = 0; c < e.classes; ++c)
            total += std::exp(static_cast<double>(x[at + c * e.inner]) - highest);
        for (Size c = 0; c < e.classes; ++c) {
            const Size i = at + c * e.inner;
            r.log_y[i] = static_cast<double>(x[i]) - highest - std::log(total);
            r.y[i] = std::exp(r.log_y[i]);
            weighted += r.y[i] * static_cast<double>(dy[i]);
            sum += static_cast<double>(dy[i]);
        }
        for (Size c = 0; c < e.classes; ++c) {
            const Size i = at + c * e.inner;
            r.dx[i] = r.y[i] * (static_cast<double>(dy[i]) - weighted);
            r.log_dx[i] = static_cast<double>(dy[i]) - r.y[i] * sum;
        }
    });
    return r;
}

template <class T>
bool close(const std::vector<T>& got, const std::vector<double>& want) {
    const double tolerance = sizeof(T) == 4 ? 2e-6 : 1e-13;
    for (Size i = 0; i < got.size(); ++i)
        if (!(std::fabs(static_cast<double>(got[i]) - want[i]) <= tolerance * (1 + std::fabs(want[i])))) {
            UNSCOPED_INFO("element " << i << " is " << got[i] << ", expected is " << want[i]);
            return false;
        }
    return true;
}

template <class T>
void check(ClassExtent e) {
    INFO("outer " << e.outer << ", classes " << e.classes << ", inner " << e.inner);
    const Size n = e.outer * e.classes * e.inner;
    std::vector<T> x(n), dy(n), y(n), dx(n);
    Generator generator(e.classes);
    normal_(x.data(), n, 0, 3, generator);
    normal_(dy.data(), n, 0, 1, generator);
    const Reference expected = reference(e, x, dy);

    SoftmaxOperations::softmax(e, x.data(), y.data());
    CHECK(close(y, expected.y));
    SoftmaxOperations::softmax_backward(e, y.data(), dy.data(), dx.data());
    CHECK(close(dx, expected.dx));
    SoftmaxOperations::log_softmax(e, x.data(), y.data());
    CHECK(close(y, expected.log_y));
    SoftmaxOperations::log_softmax_backward(e, y.data(), dy.data(), dx.data());
    CHECK(close(dx, expected.log_dx));

    // In place: the output on the input, the gradient on the gradient.
    std::vector<T> buffer = x;
    SoftmaxOperations::log_softmax(e, buffer.data(), buffer.data());
    CHECK(buffer == y);
    buffer = dy;
    SoftmaxOperations::log_softmax_backward(e, y.data(), buffer.data(), buffer.data());
    CHECK(buffer == dx);
    buffer = x;
    SoftmaxOperations::softmax(e, buffer.data(), buffer.data());
    CHECK(close(buffer, expected.y));
    y = buffer;
    buffer = dy;
    SoftmaxOperations::softmax_backward(e, y.data(), buffer.data(), buffer.data());
    CHECK(close(buffer, expected.dx));
}

}  // namespace

TEMPLATE_TEST_CASE("softmax and its gradients agree with plain loops", "", float, double) {
    for (Size classes = 1; classes <= 35; ++classes) check<TestType>({3, classes, 1});
    check<TestType>({2, 1000, 1});
    check<TestType>({1, 7, 1});
    check<TestType>({0, 7, 1});
    check<TestType>({3, 5, 4});
    check<TestType>({1, 1, 6});
    check<TestType>({2, 17, 3});
}

TEMPLATE_TEST_CASE("far apart, equal and infinite numbers", "", float, double) {
    using T = TestType;
    const T infinity = std::numeric_limits<T>::infinity();
    for (const ClassExtent e : {ClassExtent{1, 3, 1}, ClassExtent{1, 3, 2}}) {
        const auto softmax = [&](T a, T b, T c, bool logarithm) {
            std::vector<T> x, y(3 * e.inner);
            for (T value : {a, b, c}) x.insert(x.end(), e.inner, value);
            if (logarithm)
                SoftmaxOperations::log_softmax(e, x.data(), y.data());
            else
                SoftmaxOperations::softmax(e, x.data(), y.data());
            return std::vector<T>{y[0], y[e.inner], y[2 * e.inner]};
        };
        CHECK(softmax(T(1e30), T(-1e30), T(0), false) == std::vector<T>{1, 0, 0});
        CHECK(softmax(T(1e4), T(1e4), -infinity, false) == std::vector<T>{T(0.5), T(0.5), 0});
        CHECK(softmax(T(1e4), T(-1e4), T(0), true) == std::vector<T>{0, T(-2e4), T(-1e4)});
        CHECK(softmax(T(3), -infinity, -infinity, true) == std::vector<T>{0, -infinity, -infinity});
        CHECK(std::isnan(softmax(-infinity, -infinity, -infinity, false)[0]));
        CHECK(std::isnan(softmax(T(0), std::numeric_limits<T>::quiet_NaN(), T(0), true)[0]));
        CHECK(std::isnan(softmax(T(0), T(0), std::numeric_limits<T>::quiet_NaN(), false)[0]));
    }
}
