#pragma once
// Samples as lanes: a block of samples is turned from [sample][element], as batches lie in memory, into
// [element][sample], where one vector holds the same element of all samples, and back. So a convolution keeps
// all lanes busy whatever its channels and extents are.

#include <cstring>
#include <strata/backends/cpu/simd/simd.hpp>
#include <utility>

namespace strata::cpu::detail {

/// Lane indices for `shuffle`: within each quarter (16 bytes, `per` lanes) runs of G lanes of a and b in
/// turn, from the quarters' lower or upper halves.
template <int N, int per, int G, bool upper>
struct Interleave {
    static constexpr int at(int lane) {
        const int quarter = lane / per, in = lane % per;
        return quarter * per + (upper ? per / 2 : 0) + in / (2 * G) * G + in % G + (in / G % 2 == 1 ? N : 0);
    }
};
/// N lanes from `First` on.
template <int First>
struct Consecutive {
    static constexpr int at(int lane) { return First + lane; }
};

template <class V, int G, bool upper>
STRATA_INLINE inline V interleave(const V& a, const V& b) {
    V r;
    V::Do::template shuffle<Interleave<V::width, 16 / int(sizeof(typename V::value_type)), G, upper>>(
        r.v, a.v, b.v);
    return r;
}

/// Each quarter of the `per` vectors, as rows of a square, transposed.
template <class V>
STRATA_INLINE inline void transpose_quarters(V* v) {
    const V a = interleave<V, 1, false>(v[0], v[1]), b = interleave<V, 1, true>(v[0], v[1]);
    if constexpr (sizeof(typename V::value_type) == 8) {
        v[0] = a, v[1] = b;
    } else {
        const V c = interleave<V, 1, false>(v[2], v[3]), d = interleave<V, 1, true>(v[2], v[3]);
        v[0] = interleave<V, 2, false>(a, c), v[1] = interleave<V, 2, true>(a, c);
        v[2] = interleave<V, 2, false>(b, d), v[3] = interleave<V, 2, true>(b, d);
    }
}

/// A vector of quarters that lie `stride` apart.
template <class V, class T>
STRATA_INLINE inline V load_quarters(const T* from, Size stride) {
    if constexpr (sizeof(V) == 16) {
        return V::load(from);
    } else {
        using Half = Pack<T, V::width / 2>;
        constexpr Size quarters = sizeof(Half) / 16;
        const Half low = load_quarters<Half>(from, stride);
        const Half high = load_quarters<Half>(from + quarters * stride, stride);
        V r;
        V::Do::template shuffle<Consecutive<0>>(r.v, low.v, high.v);
        return r;
    }
}
template <class V, class T>
STRATA_INLINE inline void store_quarters(const V& v, T* to, Size stride) {
    if constexpr (sizeof(V) == 16) {
        v.store(to);
    } else {
        using Half = Pack<T, V::width / 2>;
        constexpr Size quarters = sizeof(Half) / 16;
        Half low, high;
        V::Do::template shuffle<Consecutive<0>>(low.v, v.v, v.v);
        V::Do::template shuffle<Consecutive<Half::width>>(high.v, v.v, v.v);
        store_quarters(low, to, stride);
        store_quarters(high, to + quarters * stride, stride);
    }
}

/// Lane indices for `shuffle`: the even or odd quarters of a and then b; with two quarters, the lower or
/// upper of each.
template <int N, int per, bool odd>
struct QuartersOfBoth {
    static constexpr int at(int lane) {
        constexpr int half = N / per / 2;
        const int quarter = lane / per;
        return (quarter < half ? 2 * quarter + odd : N / per + 2 * (quarter - half) + odd) * per + lane % per;
    }
};
template <class V, bool odd>
STRATA_INLINE inline V quarters_of_both(const V& a, const V& b) {
    V r;
    V::Do::template shuffle<QuartersOfBoth<V::width, 16 / int(sizeof(typename V::value_type)), odd>>(r.v, a.v,
                                                                                                     b.v);
    return r;
}

template <class V>
STRATA_INLINE inline void transpose_pair(V& a, V& b) {
    const V low = quarters_of_both<V, false>(a, b);
    b = quarters_of_both<V, true>(a, b);
    a = low;
}
template <class V>
STRATA_INLINE inline void transpose_four(V& a, V& b, V& c, V& d) {
    const V even = quarters_of_both<V, false>(a, b), odd = quarters_of_both<V, true>(a, b);
    const V even_cd = quarters_of_both<V, false>(c, d), odd_cd = quarters_of_both<V, true>(c, d);
    a = quarters_of_both<V, false>(even, even_cd), c = quarters_of_both<V, true>(even, even_cd);
    b = quarters_of_both<V, false>(odd, odd_cd), d = quarters_of_both<V, true>(odd, odd_cd);
}

/// v[row][column] -> v[column][row], as many vectors as lanes.
template <class V, Size... G, Size... J>
STRATA_INLINE inline void transpose_square(V* v, std::index_sequence<G...>, std::index_sequence<J...>) {
    constexpr Size per = sizeof...(J);
    (transpose_quarters(v + G * per), ...);  // now quarter q of v[g * per + j] holds column q * per + j
    if constexpr (sizeof...(G) == 2)
        (transpose_pair(v[J], v[per + J]), ...);
    else if constexpr (sizeof...(G) == 4)
        (transpose_four(v[J], v[per + J], v[2 * per + J], v[3 * per + J]), ...);
}
/// The processor does not see by itself that as many rows are read or written side by side as there are
/// lanes.
inline constexpr Size prefetch_ahead = 6;

/// As many elements as there are lanes, of as many samples. A row of a sample is one vector: its cache line
/// is met once, even if the lines of all samples fall into the same few places of the cache.
template <class V, class T, class Place, Size... I>
STRATA_INLINE inline V pack_square(const T* x, Size sample, T* to, const Place& place,
                                   std::index_sequence<I...>) {
    constexpr Size per = 16 / sizeof(T);
    (__builtin_prefetch(x + I * sample + prefetch_ahead * V::width), ...);
    V v[V::width] = {V::load(x + I * sample)...};
    transpose_square(v, std::make_index_sequence<V::width / per>{}, std::make_index_sequence<per>{});
    (v[I].store(to + place(I)), ...);
    V sum[4] = {};
    ((sum[I % 4] += v[I]), ...);
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}
template <class V, class T, Size... I>
STRATA_INLINE inline void unpack_square(const T* from, T* y, Size sample, std::index_sequence<I...>) {
    constexpr Size per = 16 / sizeof(T);
    (__builtin_prefetch(y + I * sample + prefetch_ahead * V::width, 1), ...);
    V v[V::width] = {V::load(from + I * V::width)...};
    transpose_square(v, std::make_index_sequence<V::width / per>{}, std::make_index_sequence<per>{});
    (v[I].store(y + I * sample), ...);
}

/// The same for 16 bytes of each sample.
template <class V, class T, class Place, Size... I>
STRATA_INLINE inline void pack_piece(const T* x, Size sample, T* to, const Place& place,
                                     std::index_sequence<I...>) {
    constexpr Size per = sizeof...(I);
    V v[per] = {load_quarters<V>(x + I * sample, per * sample)...};
    transpose_quarters(v);
    (v[I].store(to + place(I)), ...);
}
template <class V, class T, Size... I>
STRATA_INLINE inline void unpack_piece(const T* from, T* y, Size sample, std::index_sequence<I...>) {
    constexpr Size per = sizeof...(I);
    V v[per] = {V::load(from + I * V::width)...};
    transpose_quarters(v);
    (store_quarters(v[I], y + I * sample, per * sample), ...);
}

/// How many elements a piece has: extents below are for the callers to round up.
template <class T>
inline constexpr Size piece = 16 / sizeof(T);

/// The lanes of T in the processor's vectors.
template <class T>
inline Size lane_count() {
    Size lanes = 1;
    vectorized<T>([&](auto width) { lanes = decltype(width)::value; });
    return lanes;
}

/// n elements of as many samples as there are lanes, `sample` apart -> n vectors, at `place(element)`; n is
/// at least a piece. Adds them all to `total`, one vector, unless it is null.
template <class V, class T, class Place>
STRATA_INLINE inline void pack_run(const T* x, Size sample, Size n, T* to, T* total, const Place& place) {
    V sum(0);
    Size i = 0;
    for (; i + V::width <= n; i += V::width)
        sum += pack_square<V>(x + i, sample, to, place.from(i), std::make_index_sequence<V::width>{});
    for (; i < n; i += piece<T>) {
        const Size at = i + piece<T> <= n ? i : n - piece<T>;  // the last one may overlap
        pack_piece<V>(x + at, sample, to, place.from(at), std::make_index_sequence<piece<T>>{});
        for (Size k = i; k < at + piece<T>; ++k) sum += V::load(to + place.from(k)(0));
    }
    if (total != nullptr) (V::load(total) + sum).store(total);
}

/// Vectors one behind the other.
template <Size lanes>
struct DensePlaces {
    Size first = 0;
    constexpr DensePlaces from(Size i) const { return {i * lanes}; }
    constexpr Size operator()(Size i) const { return first + i * lanes; }
};
/// Places from a table.
struct ListedPlaces {
    const Size* list;
    ListedPlaces from(Size i) const { return {list + i}; }
    Size operator()(Size i) const { return list[i]; }
};

/// `places`: null for vectors one behind the other.
template <class T>
void pack_lanes(const T* x, Size sample, Size n, T* to, const Size* places, T* total = nullptr) {
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        if (places == nullptr)
            pack_run<V>(x, sample, n, to, total, DensePlaces<V::width>{});
        else
            pack_run<V>(x, sample, n, to, total, ListedPlaces{places});
    });
}

/// The way back.
template <class T>
void unpack_lanes(const T* from, Size n, T* y, Size sample) {
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        Size i = 0;
        for (; i + V::width <= n; i += V::width)
            unpack_square<V>(from + i * V::width, y + i, sample, std::make_index_sequence<V::width>{});
        for (; i < n; i += piece<T>) {
            const Size at = i + piece<T> <= n ? i : n - piece<T>;
            unpack_piece<V>(from + at * V::width, y + at, sample, std::make_index_sequence<piece<T>>{});
        }
    });
}

}  // namespace strata::cpu::detail
