#pragma once
// Rows of an image on their way through small windows that move. A row is padded, and dealt out to as many
// phases as the stride is: then the inputs that tap k of all windows see lie in a row, and a pool is done in
// packs, whatever its stride and padding are.
//
// A pack may reach beyond the end of a row. What is read there is dropped, what is written there is room
// (of the buffers here) or will be overwritten (in the batch, by the row that follows).

#include <strata/backends/cpu/simd/lanes.hpp>
#include <strata/core/operations/pool_geometry.hpp>

// g++ inlines whatever `vectorized` runs; clang has to be told for each lambda.
#if defined(__clang__)
#define STRATA_INLINE_LAMBDA __attribute__((always_inline))
#else
#define STRATA_INLINE_LAMBDA
#endif

namespace strata::cpu::detail {

/// Room on the stack, and how much of it a geometry takes.
struct WindowRoom {
    static constexpr Size elements = 8192, most_taps = 16, lanes = 16;

    static constexpr Size phase_length(PoolAxis axis) {
        const int used = axis.out + (axis.kernel - 1) * axis.dilation / axis.stride;
        const int given = (axis.before + axis.in) / axis.stride + 1;
        return static_cast<Size>(used > given ? used : given) + 2 * lanes;
    }
    static constexpr Size row_length(Size columns) { return columns + lanes; }
    /// Whether a row fits, and `kept` rows of outputs.
    static constexpr bool holds(PoolAxis columns, Size kept) {
        return static_cast<Size>(columns.kernel) <= most_taps &&
               static_cast<Size>(columns.stride) * phase_length(columns) <= elements &&
               kept * row_length(static_cast<Size>(columns.out)) <= elements;
    }
};

/// A row, padded and dealt out: where tap k of window 0 lies, followed by tap k of the other windows.
template <class T, class Axis>
struct DealtRow;

template <class T>
struct DealtRow<T, PoolAxis> {
    T room[WindowRoom::elements];
    const T* tap[WindowRoom::most_taps];
    Size length;

    /// The padding in front is written once, because rows do not touch it.
    STRATA_INLINE void prepare(PoolAxis axis, T surround) {
        length = WindowRoom::phase_length(axis);
        const Size stride = static_cast<Size>(axis.stride);
        for (Size at = 0; at < static_cast<Size>(axis.before); ++at) *place(at, stride) = surround;
        for (Size k = 0; k < static_cast<Size>(axis.kernel); ++k)
            tap[k] = place(k * static_cast<Size>(axis.dilation), stride);
    }

    /// `readable`: how many elements of the batch there are from the row's first one on.
    template <class V>
    STRATA_INLINE void deal(PoolAxis axis, const T* row, Size readable, T surround) {
        constexpr Size N = V::width;
        const Size columns = static_cast<Size>(axis.in), before = static_cast<Size>(axis.before);
        const Size stride = static_cast<Size>(axis.stride);
        Size i = 0;
        if (stride == 1) {
            for (; i < columns && i + N <= readable; i += N) V::load(row + i).store(room + before + i);
        } else if (stride == 2) {
            T* const evens = place(before, 2);
            T* const odds = place(before + 1, 2);
            for (; i < columns && i + 2 * N <= readable; i += 2 * N) {
                const V a = V::load(row + i), b = V::load(row + i + N);
                even_lanes(a, b).store(evens + i / 2);
                odd_lanes(a, b).store(odds + i / 2);
            }
        }
        if (i < columns) deal_singly(row, i, columns, before, stride);
        const Size end =
            static_cast<Size>((axis.out - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1);
        for (Size at = before + columns; at < end; ++at) *place(at, stride) = surround;
    }

private:
    STRATA_INLINE T* place(Size at, Size stride) { return room + at % stride * length + at / stride; }
    STRATA_INLINE void deal_singly(const T* row, Size i, Size columns, Size before, Size stride) {
        Size phase = (before + i) % stride, at = (before + i) / stride;
        for (; i < columns; ++i) {
            room[phase * length + at] = row[i];
            if (++phase == stride) phase = 0, ++at;
        }
    }
};

/// Calls f(j, count) for packs that cover [0, n): whole ones, of which the last may begin inside of the one
/// before it, or, where n is less than a pack, one that reaches beyond n if `room` is enough.
template <class V, class F>
STRATA_INLINE inline void for_packs_of_row(Size n, Size room, const F& f) {
    constexpr Size N = V::width;
    if (n < N) return f(Size(0), room < N ? n : N);
    for (Size j = 0; j + N < n; j += N) f(j, N);
    f(n - N, N);
}
template <class V, class T>
STRATA_INLINE inline void store_some(const V& values, T* to, Size count) {
    if (count == V::width)
        values.store(to);
    else
        values.store(to, count);
}

/// Fills a row, and if there is room somewhat more.
template <class V, class T>
STRATA_INLINE inline void fill_row(T value, T* to, Size n, Size room) {
    const V values(value);
    for_packs_of_row<V>(n, room,
                        [&](Size j, Size count) STRATA_INLINE_LAMBDA { store_some(values, to + j, count); });
}

}  // namespace strata::cpu::detail
