#pragma once
// exp, log, tanh, erf and their kin on packs. For float: range reduction and a short polynomial, at most 2.5
// ULP from the exact value (tests/backends/cpu/simd/math_test.cpp publishes the figures); no rounding trick that
// -ffast-math could fold away, and no fused multiply-add that would be emulated where the processor has none.
// For double, and for sin, cos and pow: the standard library, lane by lane.

#include <strata/backends/cpu/simd/simd.hpp>

namespace strata::cpu {

namespace detail {

template <int N>
struct FloatMath {
    using F = Pack<float, N>;
    using Ints = typename F::Ints;

    STRATA_INLINE static F from_bits(const Ints& i) { return F::from_bits(i); }
    STRATA_INLINE static F to_float(const Ints& i) { return F::from_int(i); }
    STRATA_INLINE static F power_of_two(const Ints& n) { return from_bits((n + Ints(127)) << 23); }

    /// x = n ln 2 + r with |r| <= ln 2 / 2; returns exp(r) - 1 and n.
    STRATA_INLINE static F reduce(const F& x, Ints& n) {
        const F scaled = x * F(1.44269504f);
        n = to_int(scaled + select(scaled < F(0), F(-0.5f), F(0.5f)));
        const F whole = to_float(n);
        const F r = (x - whole * F(0.693359375f)) - whole * F(-2.12194440e-4f);
        F p = F(1.0f / 5040);
        p = p * r + F(1.0f / 720);
        p = p * r + F(1.0f / 120);
        p = p * r + F(1.0f / 24);
        p = p * r + F(1.0f / 6);
        p = p * r + F(0.5f);
        return p * (r * r) + r;
    }
    STRATA_INLINE static F clamp(const F& x) { return min(max(x, F(-104.0f)), F(89.0f)); }

    STRATA_INLINE static F exp(const F& x) {
        Ints n;
        const F p = reduce(clamp(x), n);
        const Ints half = n >> 1;  // in two steps, so that overflow and denormal results come out right
        return (F(1) + p) * power_of_two(half) * power_of_two(n - half);
    }
    STRATA_INLINE static F expm1(const F& x) {
        Ints n;
        const F p = reduce(clamp(x), n);
        const Ints half = n >> 1;
        const F scale = power_of_two(half);
        const F rest = power_of_two(n - half);
        // (2^n - 1) + 2^n p with the second factor outside, since 2^n alone overflows just below the largest
        // result.
        return (p * scale + (scale - power_of_two(half - n))) * rest;
    }
    /// 2 artanh(s) for |s| <= 1/3.
    STRATA_INLINE static F twice_artanh(const F& s) {
        const F z = s * s;
        F p = F(2.0f / 15);
        p = p * z + F(2.0f / 13);
        p = p * z + F(2.0f / 11);
        p = p * z + F(2.0f / 9);
        p = p * z + F(2.0f / 7);
        p = p * z + F(2.0f / 5);
        p = p * z + F(2.0f / 3);
        return p * z * s + (s + s);
    }
    STRATA_INLINE static F log(const F& x) {
        const Ints tiny = x < F(1.17549435e-38f);
        const F normal = abs(select(tiny, x * F(8388608.0f), x));
        const Ints offset = bits(normal) - Ints(0x3f3504f3);  // sqrt(1/2), so that the mantissa lies around 1
        const Ints exponent = offset >> 23;
        const F mantissa = from_bits((offset & Ints(0x007fffff)) + Ints(0x3f3504f3));
        const F e = to_float(exponent) - select(tiny, F(23.0f), F(0.0f));
        const F p = twice_artanh((mantissa - F(1)) / (mantissa + F(1)));
        const F result = e * F(0.693359375f) + (p + e * F(-2.12194440e-4f));
        const F infinity = F(__builtin_inff());
        const F special = select(x == F(0), -infinity, select(x < F(0), F(__builtin_nanf("")), x));
        const Ints ordinary = (x > F(0)) & (x < infinity);
        return select(ordinary, result, special);
    }
    STRATA_INLINE static F log1p(const F& x) { return twice_artanh(x / (x + F(2))); }
    STRATA_INLINE static F tanh(const F& x) {
        const F e = expm1(min(abs(x), F(10.0f)) * F(2));
        const F t = e / (e + F(2));
        return select(x < F(0), -t, select(x > F(0), t, x));  // the last one for -0 and NaN
    }
    /// Below 1: x + x p(x^2). Above: 1 - exp(q(x)), where q approximates log(erfc(x)) up to 4, beyond which
    /// erf is 1. Both are weighted minimax polynomials, 1.2e-9 relative; with the roundings 1.3 ULP, 7.5e-8
    /// absolute.
    static F erf(const F& x) {
        const F z = x * x;
        F p = F(7.85384982e-05f);
        p = p * z + F(-0.000801019021f);
        p = p * z + F(0.00518832728f);
        p = p * z + F(-0.026853811f);
        p = p * z + F(0.112835854f);
        p = p * z + F(-0.37612626f);
        p = p * z + F(0.128379166f);
        const F a = abs(x);
        const F t = min(a, F(4));
        F q = F(0.000186375633f);
        q = q * t + F(-0.00294762454f);
        q = q * t + F(0.0218379349f);
        q = q * t + F(-0.103106499f);
        q = q * t + F(-0.638145089f);
        q = q * t + F(-1.12708902f);
        q = q * t + F(-0.000341558858f);
        const F far = F(1) - exp(q);
        return select(a < F(1), x + x * p, select(x < F(0), -far, far));
    }
};

}  // namespace detail

// clang-format off
template <int N> STRATA_INLINE inline Pack<float, N> exp(const Pack<float, N>& x) { return detail::FloatMath<N>::exp(x); }
template <int N> STRATA_INLINE inline Pack<float, N> expm1(const Pack<float, N>& x) { return detail::FloatMath<N>::expm1(x); }
template <int N> STRATA_INLINE inline Pack<float, N> log(const Pack<float, N>& x) { return detail::FloatMath<N>::log(x); }
template <int N> STRATA_INLINE inline Pack<float, N> log1p(const Pack<float, N>& x) { return detail::FloatMath<N>::log1p(x); }
template <int N> STRATA_INLINE inline Pack<float, N> tanh(const Pack<float, N>& x) { return detail::FloatMath<N>::tanh(x); }
template <int N> STRATA_INLINE inline Pack<float, N> erf(const Pack<float, N>& x) { return detail::FloatMath<N>::erf(x); }

template <int N> STRATA_INLINE inline Pack<double, N> exp(const Pack<double, N>& x) { return x.each([](double v) { return std::exp(v); }); }
template <int N> STRATA_INLINE inline Pack<double, N> expm1(const Pack<double, N>& x) { return x.each([](double v) { return std::expm1(v); }); }
template <int N> STRATA_INLINE inline Pack<double, N> log(const Pack<double, N>& x) { return x.each([](double v) { return std::log(v); }); }
template <int N> STRATA_INLINE inline Pack<double, N> log1p(const Pack<double, N>& x) { return x.each([](double v) { return std::log1p(v); }); }
template <int N> STRATA_INLINE inline Pack<double, N> tanh(const Pack<double, N>& x) { return x.each([](double v) { return std::tanh(v); }); }
template <int N> STRATA_INLINE inline Pack<double, N> erf(const Pack<double, N>& x) { return x.each([](double v) { return std::erf(v); }); }

template <class T, int N> STRATA_INLINE inline Pack<T, N> sin(const Pack<T, N>& x) { return x.each([](T v) { return std::sin(v); }); }
template <class T, int N> STRATA_INLINE inline Pack<T, N> cos(const Pack<T, N>& x) { return x.each([](T v) { return std::cos(v); }); }
template <class T, int N> STRATA_INLINE inline Pack<T, N> pow(const Pack<T, N>& x, const Pack<T, N>& exponent) {
    const T power = exponent.v[0];  // the same in all lanes
    return x.each([power](T v) { return std::pow(v, power); });
}
// clang-format on

}  // namespace strata::cpu
