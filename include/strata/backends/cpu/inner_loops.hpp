#pragma once
// The ways through nested loops: the outer ones element by element, and the innermost one, a run, in packs.

#include <strata/backends/cpu/map.hpp>
#include <strata/core/operations/loops.hpp>
#include <utility>

namespace strata::cpu {

namespace detail {

/// Where nested loops stand, as an offset into each of N tensors.
template <Size N>
struct Position {
    const Loops<N>& loops;
    Size depth;  ///< how many of the loops are gone through, from the outermost
    Size at[N] = {};
    Size index[Loops<N>::most] = {};

    STRATA_INLINE Position(const Loops<N>& all, Size count) : loops(all), depth(count) {}

    /// False at the end, when all is where it began.
    STRATA_INLINE bool next() {
        for (Size i = depth; i-- > 0;) {
            for (Size k = 0; k < N; ++k) at[k] += loops.stride[k][i];
            if (++index[i] < loops.extent[i]) return true;
            for (Size k = 0; k < N; ++k) at[k] -= loops.extent[i] * loops.stride[k][i];
            index[i] = 0;
        }
        return false;
    }
};

/// The innermost of nested loops.
template <Size N>
struct InnerLoop {
    Size outer = 0;  ///< how many loops are around it
    Size n = 1;
    Size stride[N] = {};

    explicit InnerLoop(const Loops<N>& loops) {
        if (loops.rank == 0) return;
        outer = loops.rank - 1;
        n = loops.extent[outer];
        for (Size k = 0; k < N; ++k) stride[k] = loops.stride[k][outer];
    }
};

inline constexpr Size short_run = 8;

/// The same loops, the next one that is not short inside where the innermost one is.
template <Size N>
Loops<N> with_long_runs(Loops<N> loops) {
    if (loops.rank < 2 || loops.extent[loops.rank - 1] >= short_run) return loops;
    const Size last = loops.rank - 1;
    Size next = last;
    while (next > 0 && loops.extent[next] < short_run) --next;
    if (loops.extent[next] < short_run) return loops;
    std::swap(loops.extent[next], loops.extent[last]);
    for (Size k = 0; k < N; ++k) std::swap(loops.stride[k][next], loops.stride[k][last]);
    return loops;
}

/// The same loops in tiles where a copy exchanges the order of extents: so many elements of the innermost
/// loop, for all of the loop along which an operand lies side by side. Neighbours are then read from lines
/// that are there.
template <Size N>
Loops<N> in_tiles(const Loops<N>& loops) {
    constexpr Size least = 8, most = 32;
    if (loops.rank < 2 || loops.rank == Loops<N>::most) return loops;
    const Size last = loops.rank - 1, n = loops.extent[last];
    if (loops.stride[N - 1][last] < 2) return loops;
    Size along = last, tile = most;
    for (Size i = 0; i < last; ++i)
        if (loops.stride[N - 1][i] == 1) along = i;
    while (n % tile != 0) --tile;
    if (along == last || n <= most || tile < least) return loops;
    Loops<N> tiled;
    const auto add = [&](Size i, Size count, Size times) {
        tiled.extent[tiled.rank] = count;
        for (Size k = 0; k < N; ++k) tiled.stride[k][tiled.rank] = times * loops.stride[k][i];
        ++tiled.rank;
    };
    for (Size i = 0; i < last; ++i)
        if (i != along) add(i, loops.extent[i], 1);
    add(last, n / tile, tile);
    add(along, loops.extent[along], 1);
    add(last, tile, 1);
    return tiled;
}

/// The operands of a run, whose elements lie side by side, or are one. What is one is read from copies that
/// fill a pack, so that one loop serves both.
template <class V, Size N, class T>
struct Operands {
    const T* data[N];
    Size step[N];
    T copies[N][V::width];

    /// Strides begin with that of the result.
    STRATA_INLINE Operands(const T* const (&in)[N], const Size (&stride)[1 + N]) {
        for (Size k = 0; k < N; ++k) {
            data[k] = in[k];
            step[k] = stride[1 + k];
            if (step[k] != 0) continue;
            for (T& copy : copies[k]) copy = *in[k];
            data[k] = copies[k];
        }
    }
    STRATA_INLINE V load(Size k, Size i) const { return V::load(data[k] + i * step[k]); }
};

/// Whether packs can be loaded from all operands of a run.
template <class V, Size N>
STRATA_INLINE inline bool takes_packs(Size n, const Size (&stride)[N]) {
    bool packs = n >= V::width;
    for (Size k = 1; k < N; ++k) packs = packs && stride[k] < 2;
    return packs;
}

/// out = f(in...), for a run.
template <class V, class F, class T, Size... K>
STRATA_INLINE inline void map_run(Size n, const F& f, T* out, const T* const (&in)[sizeof...(K)],
                                  const Size (&stride)[1 + sizeof...(K)], std::index_sequence<K...>) {
    Size i = 0;
    if (stride[0] == 1 && takes_packs<V>(n, stride)) {
        const Operands<V, sizeof...(K), T> packs(in, stride);
        for (; i + V::width <= n; i += V::width) f(packs.load(K, i)...).store(out + i);
    }
    for (; i < n; ++i) out[i * stride[0]] = f(in[K][i * stride[1 + K]]...);
}

// Sums: this many packs are added up in T before they are added in double.
inline constexpr Size packs_in_a_sum = 32, columns_of_sums = 256;

/// The sum of f(in...) over a run.
template <class V, class F, class T, Size... K>
STRATA_INLINE inline double sum_run(Size n, const F& f, const T* const (&in)[sizeof...(K)],
                                    const Size (&stride)[1 + sizeof...(K)], std::index_sequence<K...>) {
    double total = 0;
    Size i = 0;
    if (takes_packs<V>(n, stride)) {
        const Operands<V, sizeof...(K), T> packs(in, stride);
        while (i + V::width <= n) {
            V partial(0);
            for (Size k = 0; k < packs_in_a_sum && i + V::width <= n; ++k, i += V::width)
                partial += f(packs.load(K, i)...);
            total += static_cast<double>(partial.total());
        }
    }
    for (; i < n; ++i) total += static_cast<double>(f(in[K][i * stride[1 + K]]...));
    return total;
}

/// sums += f(in...), element by element of a run.
template <class V, class F, class T, Size... K>
STRATA_INLINE inline void add_run(Size n, const F& f, T* sums, const T* const (&in)[sizeof...(K)],
                                  const Size (&stride)[1 + sizeof...(K)], std::index_sequence<K...>) {
    Size i = 0;
    if (takes_packs<V>(n, stride)) {
        const Operands<V, sizeof...(K), T> packs(in, stride);
        for (; i + V::width <= n; i += V::width) (V::load(sums + i) + f(packs.load(K, i)...)).store(sums + i);
    }
    for (; i < n; ++i) sums[i] += f(in[K][i * stride[1 + K]]...);
}

}  // namespace detail

}  // namespace strata::cpu
