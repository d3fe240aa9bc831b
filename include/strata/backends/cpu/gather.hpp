#pragma once
// Collecting samples into a batch.

#include <strata/backends/cpu/simd/simd.hpp>
#include <strata/core/config.hpp>

namespace strata::cpu {

namespace detail {

/// N bytes as N integers.
template <int N>
struct WidenBytes {
    typedef std::uint8_t Bytes __attribute__((vector_size(N)));
    typedef std::uint16_t Words __attribute__((vector_size(2 * N)));

    template <class V>
    static void to(V& integers, const std::uint8_t* from) {
        using Do = Instructions<sizeof(V)>;
        Bytes bytes;
        Words words;
        Do::load(bytes, from);
        Do::convert(words, bytes);
        Do::convert(integers, words);
    }
};
#if STRATA_CPU_DISPATCH && !defined(__clang__)
// One instruction; g++ 12 makes eight of the conversions above, and N of a single one.
template <>
struct WidenBytes<8> {
    template <class V>
    [[STRATA_AVX2]] static inline void to(V& integers, const std::uint8_t* from) {
        asm("vpmovzxbd %1, %0" : "=x"(integers) : "m"(*reinterpret_cast<const std::uint8_t(*)[8]>(from)));
    }
};
template <>
struct WidenBytes<16> {
    template <class V>
    [[STRATA_AVX512]] static inline void to(V& integers, const std::uint8_t* from) {
        asm("vpmovzxbd %1, %0" : "=v"(integers) : "m"(*reinterpret_cast<const std::uint8_t(*)[16]>(from)));
    }
};
#endif

/// to[i] = from[i] / 255 for N bytes, rounded as the division rounds.
///
///   b / 255 = b * 0x1.01p-8 + b * 0x1.010101...p-24
///
/// The first product is exact (8 + 9 bits), and the second so small that its rounding error vanishes in the
/// sum. A product with 1 / 255 would be wrong in the last bit for half of the bytes.
template <int N>
void bytes_to_unit(const std::uint8_t* from, float* to) {
    using Floats = Pack<float, N>;
    typename Floats::Ints integers;
    WidenBytes<N>::to(integers.v, from);
    const Floats x = Floats::from_int(integers);
    multiply_add(x, Floats(0x1.01p-8f), x * Floats(0x1.010102p-24f)).store(to);
}

/// One row. By value, because captured variables would be read anew after each store.
template <int N>
STRATA_INLINE inline void row_to_unit(const std::uint8_t* from, float* to, Size size) {
    Size j = 0;
    for (; j + N <= size; j += N) bytes_to_unit<N>(from + j, to + j);
    if (j == size) return;
    std::uint8_t bytes[N] = {};
    float lanes[N];
    for (Size k = j; k < size; ++k) bytes[k - j] = from[k];
    bytes_to_unit<N>(bytes, lanes);
    for (Size k = j; k < size; ++k) to[k] = lanes[k - j];
}

}  // namespace detail

struct GatherOperations {
    /// out[i, j] = rows[indices[i], j] / 255 for i < count, j < row_size; the rows 0 .. count - 1 if
    /// `indices` is null.
    static void gather_bytes(const std::uint8_t* rows, Size row_size, const std::int64_t* indices, Size count,
                             float* out);
};

}  // namespace strata::cpu

#if STRATA_HAS_BODIES
namespace strata::cpu {

STRATA_FUNCTION void GatherOperations::gather_bytes(const std::uint8_t* rows, Size row_size,
                                                    const std::int64_t* indices, Size count, float* out) {
    // Rows lie anywhere in memory: ask for them while others are at work. Consecutive batches ask for the
    // first rows of the next one too.
    constexpr Size line = 64, rows_ahead = 8;
    const auto row = [=](Size i) { return rows + (indices ? static_cast<Size>(indices[i]) : i) * row_size; };
    vectorized<float>([&](auto width) {
        constexpr int N = decltype(width)::value;
        for (Size i = 0; i < count; ++i, out += row_size) {
            if (indices == nullptr || i + rows_ahead < count)
                for (Size j = 0; j < row_size; j += line) __builtin_prefetch(row(i + rows_ahead) + j);
            detail::row_to_unit<N>(row(i), out, row_size);
        }
    });
}

}  // namespace strata::cpu
#endif
