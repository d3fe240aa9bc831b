#pragma once
// Scalar mathematics for the functors that layers and losses hand to a device. A functor begins with
// `using namespace math;` and calls these names unqualified, so that the CPU's vector type brings its own
// versions (found by argument-dependent lookup) and CUDA compiles these for the device.

#include <cmath>
#include <strata/core/config.hpp>
#include <type_traits>

namespace strata::math {

template <class T>
concept Scalar = std::is_arithmetic_v<T>;

// clang-format off
template <Scalar T> STRATA_HOST_DEVICE inline T exp(T x) { return std::exp(x); }
template <Scalar T> STRATA_HOST_DEVICE inline T expm1(T x) { return std::expm1(x); }
template <Scalar T> STRATA_HOST_DEVICE inline T log(T x) { return std::log(x); }
/// log(1 + x) for x in [0, 1], which is where the stable losses need it.
template <Scalar T> STRATA_HOST_DEVICE inline T log1p(T x) { return std::log1p(x); }
template <Scalar T> STRATA_HOST_DEVICE inline T sqrt(T x) { return std::sqrt(x); }
template <Scalar T> STRATA_HOST_DEVICE inline T tanh(T x) { return std::tanh(x); }
template <Scalar T> STRATA_HOST_DEVICE inline T erf(T x) { return std::erf(x); }
template <Scalar T> STRATA_HOST_DEVICE inline T sin(T x) { return std::sin(x); }
template <Scalar T> STRATA_HOST_DEVICE inline T cos(T x) { return std::cos(x); }
template <Scalar T> STRATA_HOST_DEVICE inline T pow(T x, T exponent) { return std::pow(x, exponent); }
template <Scalar T> STRATA_HOST_DEVICE inline T abs(T x) { return x < T(0) ? -x : x; }
template <Scalar T> STRATA_HOST_DEVICE inline T select(bool condition, T yes, T no) { return condition ? yes : no; }
// NaN in the first argument comes through, as in PyTorch's relu and clamp.
template <Scalar T> STRATA_HOST_DEVICE inline T max(T a, T b) { return a < b ? b : a; }
template <Scalar T> STRATA_HOST_DEVICE inline T min(T a, T b) { return b < a ? b : a; }
// clang-format on

/// 1 / (1 + exp(-x)), without overflow for any x.
template <class V>
STRATA_HOST_DEVICE inline V sigmoid(const V& x) {
    const V e = exp(-abs(x));
    return select(x < V(0), e, V(1)) / (V(1) + e);
}

/// log(1 + exp(x)), without overflow for any x.
template <class V>
STRATA_HOST_DEVICE inline V softplus(const V& x) {
    return max(x, V(0)) + log1p(exp(-abs(x)));
}

}  // namespace strata::math

namespace strata::detail {

// Not std::isnan and std::isfinite, which -ffast-math takes for always false and always true.
STRATA_HOST_DEVICE inline bool is_nan(double value) {
    return __builtin_bit_cast(unsigned long long, value) << 1 > 0xffe0'0000'0000'0000;
}
STRATA_HOST_DEVICE inline bool is_finite(double value) {
    return (__builtin_bit_cast(unsigned long long, value) >> 52 & 0x7ff) != 0x7ff;
}

}  // namespace strata::detail
