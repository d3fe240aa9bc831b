#pragma once
// `Pack<T, N>`: N numbers that one instruction works on, and `vectorized`, which runs a loop body with the
// widest packs that the processor has. The choice is made at run time, so that a program compiled without
// -march=native is about as quick as one compiled with it.
//
// How: GNU vector types (g++ and clang) and three copies of the elementary operations, each compiled for one
// instruction set. `vectorized` enters a function of that set into which everything is inlined (flatten).
// Elementary operations pass vectors by reference only, because by value their calling convention would depend
// on the instruction set of the caller.

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

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
inline constexpr int baseline_bytes = 64;
#elif defined(__AVX2__) && defined(__FMA__)
inline constexpr int baseline_bytes = 32;
#else
inline constexpr int baseline_bytes = 16;
#endif

/// The elementary operations of one vector length.
template <int Bytes>
struct Instructions;

// clang-format off
#define STRATA_INSTRUCTIONS(BYTES, TARGET)                                                                       \
    template <>                                                                                                  \
    struct Instructions<BYTES> {                                                                                 \
        template <class V> [[TARGET]] static inline void add(V& r, const V& a, const V& b) { r = a + b; }        \
        template <class V> [[TARGET]] static inline void subtract(V& r, const V& a, const V& b) { r = a - b; }   \
        template <class V> [[TARGET]] static inline void multiply(V& r, const V& a, const V& b) { r = a * b; }   \
        template <class V> [[TARGET]] static inline void divide(V& r, const V& a, const V& b) { r = a / b; }     \
        template <class V> [[TARGET]] static inline void multiply_add(V& r, const V& a, const V& b, const V& c) { r = a * b + c; } \
        template <class V> [[TARGET]] static inline void bit_and(V& r, const V& a, const V& b) { r = a & b; }    \
        template <class V> [[TARGET]] static inline void shift_left(V& r, const V& a, int n) { r = a << n; }     \
        template <class V> [[TARGET]] static inline void shift_right(V& r, const V& a, int n) { r = a >> n; }    \
        template <class M, class V> [[TARGET]] static inline void less(M& r, const V& a, const V& b) { r = a < b; } \
        template <class M, class V> [[TARGET]] static inline void equal(M& r, const V& a, const V& b) { r = a == b; } \
        template <class M, class V> [[TARGET]] static inline void select(V& r, const M& m, const V& a, const V& b) { r = m ? a : b; } \
        template <class R, class V> [[TARGET]] static inline void convert(R& r, const V& a) { r = __builtin_convertvector(a, R); } \
        template <class R, class V> [[TARGET]] static inline void reinterpret(R& r, const V& a) { r = reinterpret_cast<R>(a); } \
        template <class V, class T> [[TARGET]] static inline void broadcast(V& r, T value) { r = V{} + value; }  \
        template <class V> [[TARGET]] static inline void load(V& r, const void* from) { __builtin_memcpy(&r, from, sizeof(V)); } \
        template <class V> [[TARGET]] static inline void store(void* to, const V& a) { __builtin_memcpy(to, &a, sizeof(V)); } \
    };
STRATA_INSTRUCTIONS(16, gnu::unused)
STRATA_INSTRUCTIONS(32, STRATA_AVX2)
STRATA_INSTRUCTIONS(64, STRATA_AVX512)
#undef STRATA_INSTRUCTIONS
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
        requires std::is_arithmetic_v<S>
    explicit Pack(S scalar) {
        Do::broadcast(v, static_cast<T>(scalar));
    }

    static Pack load(const T* from) {
        Pack r;
        Do::load(r.v, from);
        return r;
    }
    void store(T* to) const { Do::store(to, v); }

    /// The first `count` lanes; the others are zero.
    static Pack load(const T* from, Size count) {
        T lanes[N] = {};
        for (Size i = 0; i < count; ++i) lanes[i] = from[i];
        return load(lanes);
    }
    void store(T* to, Size count) const {
        T lanes[N];
        store(lanes);
        for (Size i = 0; i < count; ++i) to[i] = lanes[i];
    }

    // clang-format off
    friend Pack operator+(const Pack& a, const Pack& b) { Pack r; Do::add(r.v, a.v, b.v); return r; }
    friend Pack operator-(const Pack& a, const Pack& b) { Pack r; Do::subtract(r.v, a.v, b.v); return r; }
    friend Pack operator*(const Pack& a, const Pack& b) { Pack r; Do::multiply(r.v, a.v, b.v); return r; }
    friend Pack operator/(const Pack& a, const Pack& b) { Pack r; Do::divide(r.v, a.v, b.v); return r; }
    friend Pack operator-(const Pack& a) { return Pack(T(-0.0)) - a; }
    friend Pack operator&(const Pack& a, const Pack& b) { Pack r; Do::bit_and(r.v, a.v, b.v); return r; }
    friend Pack operator<<(const Pack& a, int n) { Pack r; Do::shift_left(r.v, a.v, n); return r; }
    friend Pack operator>>(const Pack& a, int n) { Pack r; Do::shift_right(r.v, a.v, n); return r; }
    Pack& operator+=(const Pack& b) { Do::add(v, v, b.v); return *this; }
    Pack& operator-=(const Pack& b) { Do::subtract(v, v, b.v); return *this; }
    Pack& operator*=(const Pack& b) { Do::multiply(v, v, b.v); return *this; }
    friend Ints operator<(const Pack& a, const Pack& b) { Ints r; Do::less(r.v, a.v, b.v); return r; }
    friend Ints operator>(const Pack& a, const Pack& b) { return b < a; }
    friend Ints operator==(const Pack& a, const Pack& b) { Ints r; Do::equal(r.v, a.v, b.v); return r; }
    friend Pack select(const Ints& mask, const Pack& yes, const Pack& no) { Pack r; Do::select(r.v, mask.v, yes.v, no.v); return r; }
    friend Pack max(const Pack& a, const Pack& b) { return select(a < b, b, a); }
    friend Pack min(const Pack& a, const Pack& b) { return select(b < a, b, a); }
    friend Pack abs(const Pack& a) { return from_bits(bits(a) & Ints(static_cast<Int>(~(Int(1) << (8 * sizeof(T) - 1))))); }
    /// a * b + c; one rounding where the processor has a fused multiply-add.
    friend Pack multiply_add(const Pack& a, const Pack& b, const Pack& c) { Pack r; Do::multiply_add(r.v, a.v, b.v, c.v); return r; }

    friend Ints bits(const Pack& a) { Ints r; Do::reinterpret(r.v, a.v); return r; }
    friend Ints to_int(const Pack& a) { Ints r; Do::convert(r.v, a.v); return r; }
    static Pack from_bits(const Ints& a) { Pack r; Do::reinterpret(r.v, a.v); return r; }
    static Pack from_int(const Ints& a) { Pack r; Do::convert(r.v, a.v); return r; }
    // clang-format on

    /// The sum of the lanes.
    T total() const {
        T lanes[N];
        store(lanes);
        for (int step = N / 2; step > 0; step /= 2)
            for (int i = 0; i < step; ++i) lanes[i] += lanes[i + step];
        return lanes[0];
    }
    /// Lane by lane through a scalar function.
    template <class F>
    Pack each(F f) const {
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
inline void vectorized(Body&& body) {
#if STRATA_CPU_DISPATCH
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
