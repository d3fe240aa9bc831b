// exp, log, tanh, erf and their kin: how far packs lie from the exact value, for every vector length.

#include "backends/cpu/widths.hpp"
#include "catch.hpp"

#include <cfloat>
#include <cmath>
#include <limits>
#include <strata/backends/cpu/simd/math.hpp>
#include <vector>

using strata::Size;
using strata::cpu::Pack;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float smallest = std::numeric_limits<float>::denorm_min();

// One functor per function: the pack's version, and the exact value in double.
#define FUNCTION(NAME, EXACT)                                                                                \
    struct NAME##_function {                                                                                 \
        template <class V>                                                                                   \
        V operator()(const V& x) const {                                                                     \
            using namespace strata::math;                                                                    \
            return NAME(x);                                                                                  \
        }                                                                                                    \
        static double exact(double x) { return EXACT; }                                                      \
    };
FUNCTION(exp, std::exp(x))
FUNCTION(expm1, std::expm1(x))
FUNCTION(log, std::log(x))
FUNCTION(log1p, std::log1p(x))
FUNCTION(sqrt, std::sqrt(x))
FUNCTION(tanh, std::tanh(x))
FUNCTION(erf, std::erf(x))
FUNCTION(sigmoid, 1 / (1 + std::exp(-x)))
FUNCTION(softplus, x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)))
#undef FUNCTION

/// f of all values, padded to whole packs.
template <int N, class F, class T>
std::vector<T> apply(const std::vector<T>& x) {
    std::vector<T> y(x.size());
    for (Size i = 0; i < x.size(); i += N) {
        const Size lanes = x.size() - i < N ? x.size() - i : N;
        F{}(Pack<T, N>::load(x.data() + i, lanes)).store(y.data() + i, lanes);
    }
    return y;
}

template <class F, class T>
std::vector<std::vector<T>> apply_all(const std::vector<T>& x) {
    std::vector<std::vector<T>> results;
    for_each_width<T>([&](auto width) { results.push_back(apply<decltype(width)::value, F, T>(x)); });
    return results;
}

/// The distance in units of the last place of the exact value, rounded to float.
double ulp(float got, double exact) {
    const float rounded = static_cast<float>(exact);
    if (std::isnan(exact)) return std::isnan(got) ? 0 : 1e9;
    if (std::isinf(rounded) || std::isinf(got)) return got == rounded ? 0 : 1e9;
    const float size = std::fmax(std::fabs(rounded), FLT_MIN);  // among denormals the smallest unit
    const double unit = static_cast<double>(std::nextafter(size, infinity)) - static_cast<double>(size);
    return std::fabs(static_cast<double>(got) - exact) / unit;
}

/// `count` numbers from a to b: evenly spaced, and evenly spaced in their logarithm on each side of zero.
std::vector<float> sweep(double a, double b, Size count) {
    std::vector<float> x;
    for (Size i = 0; i <= count; ++i)
        x.push_back(static_cast<float>(a + (b - a) * static_cast<double>(i) / static_cast<double>(count)));
    for (double magnitude = 1e-44; magnitude < 4e38; magnitude *= 1.0037) {
        if (magnitude <= b && magnitude >= a) x.push_back(static_cast<float>(magnitude));
        if (-magnitude >= a && -magnitude <= b) x.push_back(static_cast<float>(-magnitude));
    }
    return x;
}

template <class F>
double worst(double a, double b) {
    const std::vector<float> x = sweep(a, b, 200000);
    double result = 0;
    for (const auto& y : apply_all<F>(x)) {
        Size at = 0;
        double most = -1;
        for (Size i = 0; i < x.size(); ++i) {
            const double distance = ulp(y[i], F::exact(static_cast<double>(x[i])));
            if (distance > most) most = distance, at = i;
        }
        UNSCOPED_INFO("f(" << x[at] << ") = " << y[at] << ", " << most << " ULP");
        result = std::fmax(result, most);
    }
    return result;
}

/// f(x) is exactly y, sign of zero and NaN included.
template <class F>
bool is_exactly(float x, float y) {
    for (const auto& result : apply_all<F>(std::vector<float>{x}))
        if (std::isnan(y) ? !std::isnan(result[0])
                          : result[0] != y || std::signbit(result[0]) != std::signbit(y))
            return false;
    return true;
}

}  // namespace

TEST_CASE("every function stays within its bound, from end to end") {
    CHECK(worst<exp_function>(-110, 95) <= 2);
    CHECK(worst<expm1_function>(-110, 95) <= 2);
    CHECK(worst<log_function>(0, 3.4e38) <= 2);
    CHECK(worst<log1p_function>(0, 1) <= 2);
    CHECK(worst<sqrt_function>(0, 3.4e38) <= 1);
    CHECK(worst<tanh_function>(-12, 12) <= 2.5);
    CHECK(worst<erf_function>(-5, 5) <= 1.5);
    CHECK(worst<sigmoid_function>(-110, 110) <= 3);
    CHECK(worst<softplus_function>(-100, 100) <= 3);
}

TEST_CASE("near 0 and near 1 nothing cancels") {
    CHECK(worst<expm1_function>(-1, 1) <= 2);
    CHECK(worst<log_function>(0.5, 2) <= 2);
    CHECK(worst<tanh_function>(-0.1, 0.1) <= 2.5);
    CHECK(worst<erf_function>(-1.1, 1.1) <= 1.5);
}

TEST_CASE("infinities, zeros and NaN") {
    CHECK(is_exactly<exp_function>(infinity, infinity));
    CHECK(is_exactly<exp_function>(-infinity, 0));
    CHECK(is_exactly<exp_function>(0, 1));
    CHECK(is_exactly<exp_function>(smallest, 1));
    CHECK(is_exactly<expm1_function>(infinity, infinity));
    CHECK(is_exactly<expm1_function>(-infinity, -1));
    CHECK(is_exactly<expm1_function>(0, 0));
    CHECK(is_exactly<log_function>(0, -infinity));
    CHECK(is_exactly<log_function>(-0.0f, -infinity));
    CHECK(is_exactly<log_function>(1, 0));
    CHECK(is_exactly<log_function>(infinity, infinity));
    CHECK(is_exactly<log_function>(-1, not_a_number));
    CHECK(is_exactly<log_function>(-smallest, not_a_number));
    CHECK(is_exactly<log1p_function>(0, 0));
    CHECK(is_exactly<sqrt_function>(0, 0));
    CHECK(is_exactly<sqrt_function>(-0.0f, -0.0f));
    CHECK(is_exactly<sqrt_function>(infinity, infinity));
    CHECK(is_exactly<sqrt_function>(-1, not_a_number));
    CHECK(is_exactly<tanh_function>(infinity, 1));
    CHECK(is_exactly<tanh_function>(-infinity, -1));
    CHECK(is_exactly<tanh_function>(-0.0f, -0.0f));
    CHECK(is_exactly<tanh_function>(smallest, smallest));
    CHECK(is_exactly<erf_function>(infinity, 1));
    CHECK(is_exactly<erf_function>(-infinity, -1));
    CHECK(is_exactly<erf_function>(-0.0f, -0.0f));
    CHECK(is_exactly<erf_function>(smallest, smallest));
    CHECK(is_exactly<sigmoid_function>(infinity, 1));
    CHECK(is_exactly<sigmoid_function>(-infinity, 0));
    CHECK(is_exactly<sigmoid_function>(0, 0.5));
    CHECK(is_exactly<softplus_function>(infinity, infinity));
    CHECK(is_exactly<softplus_function>(-infinity, 0));

    CHECK(is_exactly<exp_function>(not_a_number, not_a_number));
    CHECK(is_exactly<expm1_function>(not_a_number, not_a_number));
    CHECK(is_exactly<log_function>(not_a_number, not_a_number));
    CHECK(is_exactly<log1p_function>(not_a_number, not_a_number));
    CHECK(is_exactly<sqrt_function>(not_a_number, not_a_number));
    CHECK(is_exactly<tanh_function>(not_a_number, not_a_number));
    CHECK(is_exactly<erf_function>(not_a_number, not_a_number));
    CHECK(is_exactly<sigmoid_function>(not_a_number, not_a_number));
    CHECK(is_exactly<softplus_function>(not_a_number, not_a_number));
}

TEST_CASE("in double the packs give the standard library's numbers") {
    std::vector<double> x;
    for (float value : sweep(-20, 20, 999)) x.push_back(static_cast<double>(value));
    const auto check = [&x]<class F>(F) {
        for (const auto& y : apply_all<F>(x))
            for (Size i = 0; i < x.size(); ++i)
                if (std::fabs(y[i] - F::exact(x[i])) > 4e-16 * std::fabs(F::exact(x[i]))) return false;
        return true;
    };
    CHECK(check(exp_function{}));
    CHECK(check(expm1_function{}));
    CHECK(check(tanh_function{}));
    CHECK(check(erf_function{}));
    CHECK(check(sigmoid_function{}));
    CHECK(check(softplus_function{}));
    for (double& value : x) value = std::fabs(value);
    CHECK(check(log_function{}));
    CHECK(check(log1p_function{}));
    CHECK(check(sqrt_function{}));
}
