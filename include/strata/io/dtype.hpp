#pragma once
// The element types of the safetensors format (version 0.8), with their names and sizes.
// Source: https://github.com/huggingface/safetensors, README "Format" and enum Dtype.

#include <cstddef>
#include <cstdint>
#include <span>
#include <strata/core/config.hpp>
#include <string>
#include <string_view>
#include <type_traits>

namespace strata {

// clang-format off
/// An element type, under the name that the file uses.
enum class DType : std::uint8_t {
    BOOL, F4, F6_E2M3, F6_E3M2, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ,
    I16, U16, F16, BF16, I32, U32, F32, C64, F64, I64, U64
};
// clang-format on

namespace io {

struct DTypeInfo {
    std::string_view name;
    std::size_t bits;
};

// clang-format off
// In the order of the enumeration.
inline constexpr DTypeInfo dtype_table[] = {
    {"BOOL", 8}, {"F4", 4}, {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8}, {"I8", 8}, {"F8_E5M2", 8},
    {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16}, {"U16", 16},
    {"F16", 16}, {"BF16", 16}, {"I32", 32}, {"U32", 32}, {"F32", 32}, {"C64", 64}, {"F64", 64},
    {"I64", 64}, {"U64", 64},
};
// clang-format on
static_assert(std::size(dtype_table) == static_cast<std::size_t>(DType::U64) + 1);

template <class T>
inline constexpr bool always_false = false;

}  // namespace io

/// "F32" for DType::F32.
constexpr std::string_view dtype_name(DType dtype) {
    return io::dtype_table[static_cast<std::size_t>(dtype)].name;
}

/// Bits in one element; 4 or 6 for the packed floats, else a multiple of 8.
constexpr std::size_t dtype_bits(DType dtype) {
    return io::dtype_table[static_cast<std::size_t>(dtype)].bits;
}

/// Writes the type called `name` to `dtype`; false if there is none.
constexpr bool dtype_from_name(std::string_view name, DType& dtype) {
    for (std::size_t i = 0; i < std::size(io::dtype_table); ++i) {
        if (io::dtype_table[i].name != name) continue;
        dtype = static_cast<DType>(i);
        return true;
    }
    return false;
}

/// The element type of a C++ arithmetic type: dtype_of<float>() == DType::F32.
template <class T>
constexpr DType dtype_of() {
    constexpr bool is_float = std::is_floating_point_v<T>, is_signed = std::is_signed_v<T>;
    if constexpr (std::is_same_v<T, bool>)
        return DType::BOOL;
    else if constexpr (is_float && sizeof(T) == 4)
        return DType::F32;
    else if constexpr (is_float && sizeof(T) == 8)
        return DType::F64;
    else if constexpr (std::is_integral_v<T> && sizeof(T) == 1)
        return is_signed ? DType::I8 : DType::U8;
    else if constexpr (std::is_integral_v<T> && sizeof(T) == 2)
        return is_signed ? DType::I16 : DType::U16;
    else if constexpr (std::is_integral_v<T> && sizeof(T) == 4)
        return is_signed ? DType::I32 : DType::U32;
    else if constexpr (std::is_integral_v<T> && sizeof(T) == 8)
        return is_signed ? DType::I64 : DType::U64;
    else
        static_assert(io::always_false<T>, "the safetensors format has no element type for this C++ type");
}

/// Writes the bytes of a dense tensor to `bytes`; false if a product exceeds 64 bits, or if packed elements
/// end inside a byte. Rank 0 is one element, an extent of 0 is none.
constexpr bool tensor_bytes(DType dtype, std::span<const std::size_t> shape, std::size_t& bytes) {
    std::size_t count = 1;
    for (const std::size_t extent : shape) {
        if (__builtin_mul_overflow(count, extent, &count)) return false;
    }
    const std::size_t bits = dtype_bits(dtype);
    if (bits % 8 == 0) return !__builtin_mul_overflow(count, bits / 8, &bytes);
    if (__builtin_mul_overflow(count, bits, &count) || count % 8 != 0) return false;
    bytes = count / 8;
    return true;
}

/// "[10, 784]"
[[gnu::cold]] std::string shape_text(std::span<const std::size_t> shape, std::string_view separator = ", ");

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION std::string shape_text(std::span<const std::size_t> shape, std::string_view separator) {
    std::string text = "[";
    for (const std::size_t extent : shape) {
        if (text.size() > 1) text += separator;
        text += std::to_string(extent);
    }
    return text += ']';
}

}  // namespace strata
#endif
