#pragma once
// Float32 rounded to tf32, bfloat16 and float16, to the nearest and ties to even, in integer arithmetic: the
// host and the GPU get the same bits, whatever their units do with subnormal numbers. A 16-bit number is held
// as its pattern. NaN stays NaN, with the sign and the leading bits of its payload.

#include <strata/core/config.hpp>

namespace strata::cuda {

using Half = unsigned short;  ///< the pattern of a bfloat16 or a float16

namespace detail {

STRATA_HOST_DEVICE inline unsigned bits_of(float value) { return __builtin_bit_cast(unsigned, value); }
STRATA_HOST_DEVICE inline float float_of(unsigned bits) { return __builtin_bit_cast(float, bits); }

STRATA_HOST_DEVICE inline bool bits_are_nan(unsigned bits) { return (bits & 0x7fff'ffffu) > 0x7f80'0000u; }

/// The pattern without its last `dropped` bits. A carry goes into the exponent, and from the largest number
/// to infinity.
STRATA_HOST_DEVICE inline unsigned round_bits(unsigned bits, unsigned dropped) {
    const unsigned below_half = (1u << (dropped - 1)) - 1;
    return (bits + below_half + (bits >> dropped & 1u)) >> dropped;
}

constexpr unsigned quiet_nan = 0x0040'0000u;

}  // namespace detail

/// 8 bits of exponent, 10 of mantissa.
STRATA_HOST_DEVICE inline float round_to_tf32(float value) {
    const unsigned bits = detail::bits_of(value);
    if (detail::bits_are_nan(bits)) return detail::float_of((bits | detail::quiet_nan) & ~0x1fffu);
    return detail::float_of(detail::round_bits(bits, 13) << 13);
}

/// 8 bits of exponent, 7 of mantissa: the upper half of a float32.
STRATA_HOST_DEVICE inline Half to_bfloat16(float value) {
    const unsigned bits = detail::bits_of(value);
    if (detail::bits_are_nan(bits)) return static_cast<Half>((bits | detail::quiet_nan) >> 16);
    return static_cast<Half>(detail::round_bits(bits, 16));
}
STRATA_HOST_DEVICE inline float from_bfloat16(Half value) {
    return detail::float_of(static_cast<unsigned>(value) << 16);
}

/// 5 bits of exponent, 10 of mantissa. From 65520 on it is infinity; below 2^-14 the spacing is 2^-24.
STRATA_HOST_DEVICE inline Half to_float16(float value) {
    const unsigned bits = detail::bits_of(value);
    const unsigned sign = bits >> 16 & 0x8000u;
    const unsigned magnitude = bits & 0x7fff'ffffu;
    if (detail::bits_are_nan(bits))
        return static_cast<Half>(sign | 0x7c00u | ((magnitude | detail::quiet_nan) >> 13 & 0x3ffu));
    if (magnitude >= 0x4780'0000u) return static_cast<Half>(sign | 0x7c00u);  // 2^16
    if (magnitude >= 0x3880'0000u)                                            // 2^-14: a normal number
        return static_cast<Half>(sign | detail::round_bits(magnitude - 0x3800'0000u, 13));
    if (magnitude < 0x3300'0000u) return static_cast<Half>(sign);  // 2^-25: half of the smallest number
    const unsigned mantissa = (magnitude & 0x007f'ffffu) | 0x0080'0000u;
    return static_cast<Half>(sign | detail::round_bits(mantissa, 126 - (magnitude >> 23)));
}
STRATA_HOST_DEVICE inline float from_float16(Half value) {
    const unsigned sign = (value & 0x8000u) << 16;
    const unsigned exponent = value >> 10 & 0x1fu;
    const unsigned mantissa = value & 0x3ffu;
    if (exponent == 0) {  // a multiple of 2^-24, exact in float32, and normal there
        const unsigned magnitude = detail::bits_of(static_cast<float>(mantissa) * 0x1p-24f);
        return detail::float_of(sign | magnitude);
    }
    const unsigned rebiased = exponent == 0x1f ? 0xffu : exponent + 112;
    return detail::float_of(sign | rebiased << 23 | mantissa << 13);
}

}  // namespace strata::cuda
