#pragma once
// `Pack<T, N>`: N numbers that one instruction works on, and `vectorized`, which runs a loop body with the
// widest packs that the processor has. The choice is made at run time, so that a program compiled without
// -march=native is about as quick as one compiled with it.
//
// How: GNU vector types (g++ and clang) and three copies of the elementary operations, each compiled for one
// instruction set. `vectorized` enters a function of that set into which everything is inlined (flatten).
// Elementary operations pass vectors by reference only, because by value their calling convention would
// depend on the instruction set of the caller.

#include <cstdint>
#include <strata/core/math.hpp>
#include <type_traits>

namespace strata::cpu {

// At -O0 nothing is inlined, so only the instruction set of the command line is used.
#if defined(__x86_64__) && defined(__OPTIMIZE__)
#define STRATA_CPU_DISPATCH 1
#define STRATA_AVX512 gnu::target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")
#define STRATA_AVX2 gnu::target("avx2,fma")
#else
#define STRATA_CPU_DISPATCH 0
#define STRATA_AVX512 gnu::unused
#define STRATA_AVX2 gnu::unused
#endif

#if defined(__clang__)
#define STRATA_INLINE [[gnu::always_inline]]
#define STRATA_FOR(TARGET) gnu::always_inline
#else
#define STRATA_INLINE
#define STRATA_FOR(TARGET) TARGET
#endif

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
inline constexpr int baseline_bytes = 64;
#elif defined(__AVX2__) && defined(__FMA__)
inline constexpr int baseline_bytes = 32;
#else
inline constexpr int baseline_bytes = 16;
#endif

// g++ 12 and clang 14 share no builtin for the square root of a vector, and would call sqrtf lane by lane for
// errno.
#if defined(__x86_64__)
#define STRATA_SQUARE_ROOT(NAME, REGISTER, BYTES)                                                            \
    if constexpr (BYTES > baseline_bytes && !STRATA_CPU_DISPATCH)                                            \
        each_root(r, a);                                                                                     \
    else if constexpr (sizeof(a[0]) == 4)                                                                    \
        asm(NAME "s %1, %0" : "=" REGISTER(r) : REGISTER(a));                                                \
    else                                                                                                     \
        asm(NAME "d %1, %0" : "=" REGISTER(r) : REGISTER(a));
#else
#define STRATA_SQUARE_ROOT(NAME, REGISTER, BYTES) each_root(r, a);
#endif
template <class V>
inline void each_root(V& r, const V& a) {
    for (unsigned i = 0; i < sizeof(V) / sizeof(a[0]); ++i) r[i] = std::sqrt(a[i]);
}

// Lane i of the result is lane At::at(i) of a and b behind one another. (Written out, because nvcc cannot
// expand a pack between the parentheses of a builtin.)
#define STRATA_SHUFFLE                                                                                       \
    constexpr int lanes = sizeof(R) / sizeof(r[0]);                                                          \
    if constexpr (lanes == 2)                                                                                \
        r = __builtin_shufflevector(a, b, At::at(0), At::at(1));                                             \
    else if constexpr (lanes == 4)                                                                           \
        r = __builtin_shufflevector(a, b, At::at(0), At::at(1), At::at(2), At::at(3));                       \
    else if constexpr (lanes == 8)                                                                           \
        r = __builtin_shufflevector(a, b, At::at(0), At::at(1), At::at(2), At::at(3), At::at(4), At::at(5),  \
                                    At::at(6), At::at(7));                                                   \
    else                                                                                                     \
        r = __builtin_shufflevector(a, b, At::at(0), At::at(1), At::at(2), At::at(3), At::at(4), At::at(5),  \
                                    At::at(6), At::at(7), At::at(8), At::at(9), At::at(10), At::at(11),      \
                                    At::at(12), At::at(13), At::at(14), At::at(15));

/// A vector at any address. (memcpy would do, but g++ then keeps accumulators in memory.)
template <class V>
struct [[gnu::packed, gnu::may_alias]] Anywhere {
    V v;
};

/// The elementary operations of one vector length.
template <int Bytes>
struct Instructions;

// clang-format off
#define STRATA_INSTRUCTIONS(BYTES, TARGET, SQUARE_ROOT)                                                          \
    template <>                                                                                                  \
    struct Instructions<BYTES> {                                                                                 \
        template <class V> [[STRATA_FOR(TARGET)]] static inline void add(V& r, const V& a, const V& b) { r = a + b; }        \
        template <class V> [[STRATA_FOR(TARGET)]] static inline void subtract(V& r, const V& a, const V& b) { r = a - b; }   \
        template <class V> [[STRATA_FOR(TARGET)]] static inline void multiply(V& r, const V& a, const V& b) { r = a * b; }   \
        template <class V> [[STRATA_FOR(TARGET)]] static inline void divide(V& r, const V& a, const V& b) { r = a / b; }     \
        template <class V> [[STRATA_FOR(TARGET)]] static inline void multiply_add(V& r, const V& a, const V& b, const V& c) { r = a * b + c; } \
        template <class V> [[STRATA_FOR(TARGET)]] static inline void bit_and(V& r, const V& a, const V& b) { r = a & b; }    \
        template <class V> [[STRATA_FOR(TARGET)]] static inline void shift_left(V& r, const V& a, int n) { r = a << n; }     \
        template <class V> [[STRATA_FOR(TARGET)]] static inline void shift_right(V& r, const V& a, int n) { r = a >> n; }    \
        template <class M, class V> [[STRATA_FOR(TARGET)]] static inline void less(M& r, const V& a, const V& b) { r = a < b; } \
        template <class M, class V> [[STRATA_FOR(TARGET)]] static inline void equal(M& r, const V& a, const V& b) { r = a == b; } \
        template <class M, class V> [[STRATA_FOR(TARGET)]] static inline void select(V& r, const M& m, const V& a, const V& b) { r = m ? a : b; } \
        template <class R, class V> [[STRATA_FOR(TARGET)]] static inline void convert(R& r, const V& a) { r = __builtin_convertvector(a, R); } \
        template <class R, class V> [[STRATA_FOR(TARGET)]] static inline void reinterpret(R& r, const V& a) { r = reinterpret_cast<R>(a); } \
        template <class V> [[TARGET]] static inline void square_root(V& r, const V& a) { SQUARE_ROOT }           \
        template <class V, class T> [[STRATA_FOR(TARGET)]] static inline void broadcast(V& r, T value) { r = value - V{}; }  \
        template <class At, class R, class V> [[STRATA_FOR(TARGET)]] static inline void shuffle(R& r, const V& a, const V& b) { STRATA_SHUFFLE } \
        template <class V> [[STRATA_FOR(TARGET)]] static inline void load(V& r, const void* from) { r = static_cast<const Anywhere<V>*>(from)->v; } \
        template <class V> [[STRATA_FOR(TARGET)]] static inline void store(void* to, const V& a) { static_cast<Anywhere<V>*>(to)->v = a; } \
    };
STRATA_INSTRUCTIONS(16, gnu::unused, STRATA_SQUARE_ROOT("sqrtp", "x", 16))
STRATA_INSTRUCTIONS(32, STRATA_AVX2, STRATA_SQUARE_ROOT("vsqrtp", "x", 32))
STRATA_INSTRUCTIONS(64, STRATA_AVX512, STRATA_SQUARE_ROOT("vsqrtp", "v", 64))
#undef STRATA_INSTRUCTIONS
#undef STRATA_SQUARE_ROOT
#undef STRATA_SHUFFLE
// clang-format on

/// N lanes of T. A comparison gives a pack of integers (the mask for `select`).
template <class T, int N>
struct Pack {
    using value_type = T;
    using Int = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
    using Ints = Pack<Int, N>;
    using Do = Instructions<sizeof(T) * N>;
    static constexpr int width = N;
    typedef T Vector __attribute__((vector_size(sizeof(T) * N)));

    Vector v;

    Pack() = default;
    template <class S>
    requires std::is_arithmetic_v<S> STRATA_INLINE explicit Pack(S scalar) {
        Do::broadcast(v, static_cast<T>(scalar));
    }

    STRATA_INLINE static Pack load(const T* from) {
        Pack r;
        Do::load(r.v, from);
        return r;
    }
    STRATA_INLINE void store(T* to) const { Do::store(to, v); }

    /// The first `count` lanes; the others are zero.
    STRATA_INLINE static Pack load(const T* from, Size count) {
        T lanes[N] = {};
        for (Size i = 0; i < count; ++i) lanes[i] = from[i];
        return load(lanes);
    }
    STRATA_INLINE void store(T* to, Size count) const {
        T lanes[N];
        store(lanes);
        for (Size i = 0; i < count; ++i) to[i] = lanes[i];
    }

    // clang-format off
    STRATA_INLINE friend Pack operator+(const Pack& a, const Pack& b) { Pack r; Do::add(r.v, a.v, b.v); return r; }
    STRATA_INLINE friend Pack operator-(const Pack& a, const Pack& b) { Pack r; Do::subtract(r.v, a.v, b.v); return r; }
    STRATA_INLINE friend Pack operator*(const Pack& a, const Pack& b) { Pack r; Do::multiply(r.v, a.v, b.v); return r; }
    STRATA_INLINE friend Pack operator/(const Pack& a, const Pack& b) { Pack r; Do::divide(r.v, a.v, b.v); return r; }
    STRATA_INLINE friend Pack operator-(const Pack& a) { return Pack(T(-0.0)) - a; }
    STRATA_INLINE friend Pack operator&(const Pack& a, const Pack& b) { Pack r; Do::bit_and(r.v, a.v, b.v); return r; }
    STRATA_INLINE friend Pack operator<<(const Pack& a, int n) { Pack r; Do::shift_left(r.v, a.v, n); return r; }
    STRATA_INLINE friend Pack operator>>(const Pack& a, int n) { Pack r; Do::shift_right(r.v, a.v, n); return r; }
    STRATA_INLINE Pack& operator+=(const Pack& b) { Do::add(v, v, b.v); return *this; }
    STRATA_INLINE Pack& operator-=(const Pack& b) { Do::subtract(v, v, b.v); return *this; }
    STRATA_INLINE Pack& operator*=(const Pack& b) { Do::multiply(v, v, b.v); return *this; }
    STRATA_INLINE friend Ints operator<(const Pack& a, const Pack& b) { Ints r; Do::less(r.v, a.v, b.v); return r; }
    STRATA_INLINE friend Ints operator>(const Pack& a, const Pack& b) { return b < a; }
    STRATA_INLINE friend Ints operator==(const Pack& a, const Pack& b) { Ints r; Do::equal(r.v, a.v, b.v); return r; }
    STRATA_INLINE friend Pack select(const Ints& mask, const Pack& yes, const Pack& no) { Pack r; Do::select(r.v, mask.v, yes.v, no.v); return r; }
    STRATA_INLINE friend Pack max(const Pack& a, const Pack& b) { return select(a < b, b, a); }
    STRATA_INLINE friend Pack min(const Pack& a, const Pack& b) { return select(b < a, b, a); }
    STRATA_INLINE friend Pack abs(const Pack& a) { return from_bits(bits(a) & Ints(static_cast<Int>(~(Int(1) << (8 * sizeof(T) - 1))))); }
    STRATA_INLINE friend Pack sqrt(const Pack& a) { Pack r; Do::square_root(r.v, a.v); return r; }
    /// a * b + c; one rounding where the processor has a fused multiply-add.
    STRATA_INLINE friend Pack multiply_add(const Pack& a, const Pack& b, const Pack& c) { Pack r; Do::multiply_add(r.v, a.v, b.v, c.v); return r; }

    STRATA_INLINE friend Ints bits(const Pack& a) { Ints r; Do::reinterpret(r.v, a.v); return r; }
    STRATA_INLINE friend Ints to_int(const Pack& a) { Ints r; Do::convert(r.v, a.v); return r; }
    STRATA_INLINE static Pack from_bits(const Ints& a) { Pack r; Do::reinterpret(r.v, a.v); return r; }
    STRATA_INLINE static Pack from_int(const Ints& a) { Pack r; Do::convert(r.v, a.v); return r; }
    // clang-format on

    /// The sum of the lanes, by halves.
    STRATA_INLINE T total() const {
        if constexpr (sizeof(Vector) == 16) {
            T sum = v[0];
            for (int i = 1; i < N; ++i) sum += v[i];
            return sum;
        } else {
            T lanes[N];
            store(lanes);
            return (Pack<T, N / 2>::load(lanes) + Pack<T, N / 2>::load(lanes + N / 2)).total();
        }
    }
    /// Lane by lane through a scalar function.
    template <class F>
    STRATA_INLINE Pack each(F f) const {
        T lanes[N];
        store(lanes);
        for (T& lane : lanes) lane = f(lane);
        return load(lanes);
    }
};

template <int Lanes>
using Width = std::integral_constant<int, Lanes>;

#if STRATA_CPU_DISPATCH
namespace detail {

template <class T, class Body>
[[STRATA_AVX512, gnu::flatten]] void run_avx512(Body& body) {
    body(Width<int(64 / sizeof(T))>{});
}
template <class T, class Body>
[[STRATA_AVX2, gnu::flatten]] void run_avx2(Body& body) {
    body(Width<int(32 / sizeof(T))>{});
}
template <class T, class Body>
[[gnu::flatten]] void run_baseline(Body& body) {
    body(Width<int(baseline_bytes / sizeof(T))>{});
}

/// The vector length that this processor has, in bytes.
inline int vector_bytes() {
    static const int bytes = [] {
        __builtin_cpu_init();
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
            return 64;
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 32 : 16;
    }();
    return bytes;
}

}  // namespace detail
#endif

/// Calls `body(Width<N>{})` with the number of lanes of T that the processor's vectors have.
template <class T, class Body>
inline void vectorized([[maybe_unused]] Body&& body) {
#if defined(__CUDA_ARCH__)
    // nvcc reads host code once more for the device, which has no vector types; nothing is compiled here
#elif STRATA_CPU_DISPATCH
    if constexpr (baseline_bytes < 64) {
        const int bytes = detail::vector_bytes();
        if (bytes == 64) return detail::run_avx512<T>(body);
        if constexpr (baseline_bytes < 32) {
            if (bytes == 32) return detail::run_avx2<T>(body);
        }
    }
    detail::run_baseline<T>(body);
#else
    body(Width<int(baseline_bytes / sizeof(T))>{});
#endif
}

}  // namespace strata::cpu
