#pragma once
// The lanes of packs, as pools and resizing use them: take every second one, mix two packs, keep the larger
// value and where it was, and store small integers as bytes. Written as simd.hpp is, and for the same
// reasons.

#include <strata/backends/cpu/simd/simd.hpp>

namespace strata::cpu {

template <int Bytes>
struct LaneInstructions;

namespace detail {
template <int Count>
struct ByteVector {
    typedef unsigned char Type __attribute__((vector_size(Count)));
};
}  // namespace detail

// nvcc takes no index lists made of packs, so they are written out for each number of lanes.
// clang-format off
#define STRATA_EACH_LANES(R, A, B, TWO, FOUR, EIGHT, SIXTEEN)                                                    \
    constexpr int lanes = sizeof(R) / sizeof((R)[0]);                                                            \
    if constexpr (lanes == 2) R = __builtin_shufflevector(A, B, TWO);                                            \
    else if constexpr (lanes == 4) R = __builtin_shufflevector(A, B, FOUR);                                      \
    else if constexpr (lanes == 8) R = __builtin_shufflevector(A, B, EIGHT);                                     \
    else R = __builtin_shufflevector(A, B, SIXTEEN);
#define STRATA_LIST(...) __VA_ARGS__
// g++ converts integers to bytes and back one at a time, where the processor has an instruction for it.
#if defined(__x86_64__) && !defined(__clang__)
#define STRATA_BYTES_BY_INSTRUCTION 1
#else
#define STRATA_BYTES_BY_INSTRUCTION 0
#endif
#if STRATA_BYTES_BY_INSTRUCTION
#define STRATA_FROM_BYTES(REGISTER, BYTES)                                                                       \
    if constexpr (BYTES == 16 || (BYTES > baseline_bytes && !STRATA_CPU_DISPATCH))                               \
        r = __builtin_convertvector(static_cast<const Anywhere<B>*>(from)->v, M);                                \
    else if constexpr (sizeof(r[0]) == 4)                                                                        \
        asm("vpmovzxbd %1, %0" : "=" REGISTER(r) : "m"(*static_cast<const Anywhere<B>*>(from)));                 \
    else                                                                                                         \
        asm("vpmovzxbq %1, %0" : "=" REGISTER(r) : "m"(*static_cast<const Anywhere<B>*>(from)));
#else
#define STRATA_FROM_BYTES(REGISTER, BYTES) r = __builtin_convertvector(static_cast<const Anywhere<B>*>(from)->v, M);
#endif

#define STRATA_LANES(BYTES, TARGET, FROM_BYTES)                                                                  \
    template <>                                                                                                  \
    struct LaneInstructions<BYTES> {                                                                             \
        template <class V> [[STRATA_FOR(TARGET)]] static inline void even(V& r, const V& a, const V& b) {        \
            STRATA_EACH_LANES(r, a, b, STRATA_LIST(0, 2), STRATA_LIST(0, 2, 4, 6), STRATA_LIST(0, 2, 4, 6, 8, 10, 12, 14), \
                              STRATA_LIST(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)) }          \
        template <class V> [[STRATA_FOR(TARGET)]] static inline void odd(V& r, const V& a, const V& b) {         \
            STRATA_EACH_LANES(r, a, b, STRATA_LIST(1, 3), STRATA_LIST(1, 3, 5, 7), STRATA_LIST(1, 3, 5, 7, 9, 11, 13, 15), \
                              STRATA_LIST(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)) }          \
        template <class V> [[STRATA_FOR(TARGET)]] static inline void mix_low(V& r, const V& a, const V& b) {     \
            STRATA_EACH_LANES(r, a, b, STRATA_LIST(0, 2), STRATA_LIST(0, 4, 1, 5), STRATA_LIST(0, 8, 1, 9, 2, 10, 3, 11), \
                              STRATA_LIST(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)) }             \
        template <class V> [[STRATA_FOR(TARGET)]] static inline void mix_high(V& r, const V& a, const V& b) {    \
            STRATA_EACH_LANES(r, a, b, STRATA_LIST(1, 3), STRATA_LIST(2, 6, 3, 7), STRATA_LIST(4, 12, 5, 13, 6, 14, 7, 15), \
                              STRATA_LIST(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)) }       \
        /* Where `candidate` is larger, or no number, it replaces the value, and its tap replaces the tap. */    \
        template <class V, class M> [[STRATA_FOR(TARGET)]] static inline void take(V& value, M& tap, const V& candidate, const M& its_tap) { \
            const M mask = (candidate > value) | (candidate != candidate);                                       \
            value = mask ? candidate : value;                                                                    \
            tap = mask ? its_tap : tap;                                                                          \
        }                                                                                                        \
        template <class M, class V> [[STRATA_FOR(TARGET)]] static inline void take(V& value, const V& candidate) {     \
            const M mask = (candidate > value) | (candidate != candidate);                                       \
            value = mask ? candidate : value;                                                                    \
        }                                                                                                        \
        template <class V, class M> [[STRATA_FOR(TARGET)]] static inline void where_equal(V& r, const M& a, const M& b, const V& value) { \
            r = a == b ? value : V{};                                                                            \
        }                                                                                                        \
        template <class B, class M> [[STRATA_FOR(TARGET)]] static inline void to_bytes(void* to, const M& a) {   \
            constexpr int lanes = sizeof(a) / sizeof(a[0]), lane = sizeof(a[0]);                                 \
            using Whole = typename detail::ByteVector<sizeof(M)>::Type;                                          \
            const Whole w = reinterpret_cast<Whole>(a);                                                          \
            B bytes;                                                                                             \
            if constexpr (lanes == 2) bytes = __builtin_shufflevector(w, w, 0, lane);                            \
            else if constexpr (lanes == 4) bytes = __builtin_shufflevector(w, w, 0, lane, 2 * lane, 3 * lane);   \
            else if constexpr (lanes == 8) bytes = __builtin_shufflevector(w, w, 0, lane, 2 * lane, 3 * lane, 4 * lane, 5 * lane, 6 * lane, 7 * lane); \
            else bytes = __builtin_shufflevector(w, w, 0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60); \
            static_cast<Anywhere<B>*>(to)->v = bytes;                                                            \
        }                                                                                                        \
        template <class B, class M> [[STRATA_FOR(TARGET)]] static inline void from_bytes(M& r, const void* from) { FROM_BYTES } \
    };
STRATA_LANES(16, gnu::unused, STRATA_FROM_BYTES("x", 16))
STRATA_LANES(32, STRATA_AVX2, STRATA_FROM_BYTES("x", 32))
STRATA_LANES(64, STRATA_AVX512, STRATA_FROM_BYTES("v", 64))
#undef STRATA_LANES
#undef STRATA_FROM_BYTES
#undef STRATA_BYTES_BY_INSTRUCTION
#undef STRATA_LIST
#undef STRATA_EACH_LANES
// clang-format on

namespace detail {

template <class V>
using LanesOf = LaneInstructions<int(sizeof(V))>;

/// a[0], a[2], ..., b[0], b[2], ...: the elements of two packs in a row that have an even index; the odd
/// ones.
template <class V>
STRATA_INLINE inline V even_lanes(const V& a, const V& b) {
    V r;
    LanesOf<V>::even(r.v, a.v, b.v);
    return r;
}
template <class V>
STRATA_INLINE inline V odd_lanes(const V& a, const V& b) {
    V r;
    LanesOf<V>::odd(r.v, a.v, b.v);
    return r;
}
/// Stores a[0], b[0], a[1], b[1], ...
template <class V, class T>
STRATA_INLINE inline void store_mixed(T* to, const V& a, const V& b) {
    V low, high;
    LanesOf<V>::mix_low(low.v, a.v, b.v);
    LanesOf<V>::mix_high(high.v, a.v, b.v);
    low.store(to);
    high.store(to + V::width);
}

/// The larger one, the first of equals, the last that is no number: value and tap.
template <class V, class Ints>
STRATA_INLINE inline void take_larger(V& value, Ints& tap, const V& candidate, const Ints& its_tap) {
    LanesOf<V>::take(value.v, tap.v, candidate.v, its_tap.v);
}
template <class V>
STRATA_INLINE inline void take_larger(V& value, const V& candidate) {
    LanesOf<V>::template take<typename V::Ints::Vector>(value.v, candidate.v);
}
/// value where a and b are equal, else 0
template <class V, class Ints>
STRATA_INLINE inline V where_equal(const Ints& a, const Ints& b, const V& value) {
    V r;
    LanesOf<V>::where_equal(r.v, a.v, b.v, value.v);
    return r;
}

template <class Ints>
STRATA_INLINE inline void store_bytes(unsigned char* to, const Ints& a) {
    LanesOf<Ints>::template to_bytes<typename ByteVector<Ints::width>::Type>(to, a.v);
}
template <class Ints>
STRATA_INLINE inline Ints load_bytes(const unsigned char* from) {
    Ints r;
    LanesOf<Ints>::template from_bytes<typename ByteVector<Ints::width>::Type>(r.v, from);
    return r;
}

}  // namespace detail
}  // namespace strata::cpu
