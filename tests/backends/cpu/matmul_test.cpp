// Matrix products against plain loops and against xtensor-blas, from empty batches to sizes beyond any
// blocking.

#include "catch.hpp"

// xtensor-blas brings its own cblas and f77 declarations; it goes first, and only tests include it.
#include <xtensor-blas/xlinalg.hpp>

#include <algorithm>
#include <cmath>
#include <strata/backends/cpu/matmul.hpp>
#include <strata/random/distributions.hpp>
#include <strata/xtensor.hpp>
#include <vector>

using namespace strata;
using cpu::MatmulOperations;

namespace {

template <class T>
std::vector<T> random_numbers(Size n, std::uint64_t seed) {
    std::vector<T> x(n);
    Generator generator(seed);
    normal_(x.data(), n, 0, 1, generator);
    return x;
}

template <class T, Size... E>
using Batch = BatchView<T, void, Shape<E...>>;
template <class T, Size... E>
using Tensor = TensorView<T, void, Shape<E...>>;

/// c(m, n) = sum over k of a(m, k) b(k, n), each matrix given as a function of row and column.
template <class T, class A, class B>
std::vector<T> product(Size m, Size n, Size k, const A& a, const B& b) {
    std::vector<T> c(m * n);
    for (Size i = 0; i < m; ++i)
        for (Size j = 0; j < n; ++j) {
            double sum = 0;
            for (Size l = 0; l < k; ++l) sum += static_cast<double>(a(i, l)) * static_cast<double>(b(l, j));
            c[i * n + j] = static_cast<T>(sum);
        }
    return c;
}

template <class T>
bool close(const std::vector<T>& got, const std::vector<T>& want, double tolerance) {
    if (got.size() != want.size()) return false;
    for (Size i = 0; i < got.size(); ++i)
        if (!(std::fabs(static_cast<double>(got[i]) - static_cast<double>(want[i])) <= tolerance)) {
            UNSCOPED_INFO("element " << i << " is " << got[i] << ", expected is " << want[i]);
            return false;
        }
    return true;
}

template <class T, Size In, Size Out>
void check(Size rows) {
    INFO("rows " << rows << ", in " << In << ", out " << Out);
    const double tolerance = (sizeof(T) == 4 ? 2e-6 : 1e-14) * (1 + static_cast<double>(In + Out + rows));
    constexpr T garbage = T(1e30);  // results overwrite whatever was there
    const std::vector<T> x = random_numbers<T>(rows * In, 1), w = random_numbers<T>(Out * In, 2),
                         b = random_numbers<T>(Out, 3);
    const std::vector<T> dy = random_numbers<T>(rows * Out, 4);
    const auto x_at = [&](Size i, Size j) { return x[i * In + j]; };
    const auto w_at = [&](Size i, Size j) { return w[i * In + j]; };
    const auto w_transposed = [&](Size i, Size j) { return w[j * In + i]; };
    const auto dy_at = [&](Size i, Size j) { return dy[i * Out + j]; };
    const auto dy_transposed = [&](Size i, Size j) { return dy[j * Out + i]; };
    const Batch<const T, In> x_view{x.data(), rows};
    const Batch<const T, Out> dy_view{dy.data(), rows};
    const Tensor<const T, Out, In> w_view{w.data()};

    std::vector<T> y(rows * Out, garbage);
    MatmulOperations::matmul_transposed(x_view, w_view, Batch<T, Out>{y.data(), rows});
    std::vector<T> expected = product<T>(rows, Out, In, x_at, w_transposed);
    CHECK(close(y, expected, tolerance));

    std::fill(y.begin(), y.end(), garbage);
    MatmulOperations::affine(x_view, w_view, Tensor<const T, Out>{b.data()}, Batch<T, Out>{y.data(), rows});
    for (Size i = 0; i < expected.size(); ++i) expected[i] += b[i % Out];
    CHECK(close(y, expected, tolerance));

    std::vector<T> dx(rows * In, garbage);
    MatmulOperations::matmul(dy_view, w_view, Batch<T, In>{dx.data(), rows});
    CHECK(close(dx, product<T>(rows, In, Out, dy_at, w_at), tolerance));

    std::vector<T> dw(Out * In, garbage);
    GradientView<T, void, Shape<Out, In>> gradient{{dw.data()}, false};
    MatmulOperations::outer_product(dy_view, x_view, gradient);
    expected = product<T>(Out, In, rows, dy_transposed, x_at);
    CHECK(close(dw, expected, tolerance));
    gradient.accumulate = true;
    MatmulOperations::outer_product(dy_view, x_view, gradient);
    for (T& value : expected) value *= 2;
    CHECK(close(dw, expected, 2 * tolerance));
}

template <class T, Size In, Size Out>
void check_rows() {
    for (Size rows : {0, 1, 2, 3, 7, 16, 33}) check<T, In, Out>(rows);
}

}  // namespace

TEMPLATE_TEST_CASE("the four products of a Linear agree with plain loops", "", float, double) {
    check_rows<TestType, 1, 1>();
    check_rows<TestType, 1, 5>();
    check_rows<TestType, 5, 1>();
    check_rows<TestType, 3, 7>();
    check_rows<TestType, 16, 8>();
    check_rows<TestType, 17, 33>();
    check_rows<TestType, 64, 10>();
    check_rows<TestType, 100, 65>();
    check<TestType, 784, 10>(64);
    check<TestType, 130, 257>(129);
}

TEMPLATE_TEST_CASE("and with xtensor-blas", "", float, double) {
    using T = TestType;
    constexpr Size rows = 37, in = 50, out = 21;
    const std::vector<T> x = random_numbers<T>(rows * in, 5), w = random_numbers<T>(out * in, 6);
    xt::xtensor<T, 2> a = xt::zeros<T>({rows, in}), b = xt::zeros<T>({out, in});
    std::copy(x.begin(), x.end(), a.begin());
    std::copy(w.begin(), w.end(), b.begin());
    const xt::xtensor<T, 2> expected = xt::linalg::dot(a, xt::transpose(b));
    std::vector<T> y(rows * out);
    MatmulOperations::matmul_transposed(Batch<const T, in>{x.data(), rows},
                                        Tensor<const T, out, in>{w.data()}, Batch<T, out>{y.data(), rows});
    CHECK(close(y, std::vector<T>(expected.begin(), expected.end()), sizeof(T) == 4 ? 1e-4 : 1e-13));
}

TEST_CASE("NaN and infinity in a matrix reach the result") {
    const float x[2] = {0, 1}, w[2] = {std::nanf(""), 2};
    float y[1];
    MatmulOperations::matmul_transposed(Batch<const float, 2>{x, 1}, Tensor<const float, 1, 2>{w},
                                        Batch<float, 1>{y, 1});
    CHECK(std::isnan(y[0]));
}
