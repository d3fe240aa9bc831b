#pragma once
// Pools of 2 and 2 x 2 without padding, whose windows lie side by side. Every pair of packs of a row is dealt
// out to even and odd lanes, which are then columns of windows.
//
// A row of fewer windows than a pack has lanes is worked on with a whole pack all the same, wherever the
// memory behind it belongs to the batch: what comes out too much is overwritten by the rows that follow.

#include <strata/backends/cpu/simd/lanes.hpp>
#include <strata/core/tensor.hpp>

namespace strata::cpu::detail {

/// Images in a row, of which windows of `Rows` x 2 are taken.
template <class T>
struct PairImages {
    T* data;
    Size count, rows, columns;
};

/// Calls f.packs<V>(input, columns, window) for V::width windows at once, or f.single(...) for one. If the
/// images are written, what belongs to no window becomes zero.
template <class V, int Rows, class T, class F>
STRATA_INLINE inline void for_each_pair(PairImages<T> x, F f) {
    constexpr Size N = V::width;
    const Size columns = x.columns, out_rows = x.rows / Rows, out_columns = columns / 2;
    T* const end = x.data + x.count * x.rows * columns;
    const Size windows = x.count * out_rows * out_columns;
    Size window = 0;
    for (Size image = 0; image < x.count; ++image) {
        T* row = x.data + image * x.rows * columns;
        T* const next_image = row + x.rows * columns;
        for (Size i = 0; i < out_rows; ++i, row += Rows * columns, window += out_columns) {
            if (out_columns >= N) {
                for (Size j = 0; j + N < out_columns; j += N)
                    f.template packs<V>(row + 2 * j, columns, window + j);
                const Size last = out_columns - N;  // some windows a second time
                f.template packs<V>(row + 2 * last, columns, window + last);
            } else if (window + N <= windows &&
                       static_cast<Size>(end - row) >= (Rows - 1) * columns + 2 * N) {
                f.template packs<V>(row, columns, window);
            } else {
                for (Size j = 0; j < out_columns; ++j) f.single(row + 2 * j, columns, window + j);
            }
            if constexpr (!std::is_const_v<T>)
                if (columns % 2 != 0)
                    for (Size r = 1; r <= Size(Rows); ++r) row[r * columns - 1] = T(0);
        }
        if constexpr (!std::is_const_v<T>)
            while (row < next_image) *row++ = T(0);
    }
}

/// All of the above with the widest packs.
template <int Rows, class T, class F>
void pool_pairs(T* data, Size count, Size rows, Size columns, F f) {
    if (Rows == 1 && columns % 2 == 0) {
        columns *= count * rows;  // windows do not see where a row ends
        count = rows = 1;
    }
    vectorized<std::remove_const_t<T>>([&](auto width) {
        using V = Pack<std::remove_const_t<T>, decltype(width)::value>;
        for_each_pair<V, Rows>(PairImages<T>{data, count, rows, columns}, f);
    });
}

/// y = the largest of each window; `taps`, if there are any, says which.
template <class T, int Rows, bool keeps_taps>
struct MaxOfPairs {
    T* y;
    unsigned char* taps;

    template <class V>
    STRATA_INLINE void packs(const T* x, Size columns, Size window) const {
        using Ints = typename V::Ints;
        V value;
        Ints tap(0);
        for (int r = 0; r < Rows; ++r) {
            const T* const row = x + static_cast<Size>(r) * columns;
            const V a = V::load(row), b = V::load(row + V::width);
            const V left = even_lanes(a, b), right = odd_lanes(a, b);
            if constexpr (keeps_taps) {
                if (r == 0)
                    value = left;
                else
                    take_larger(value, tap, left, Ints(2 * r));
                take_larger(value, tap, right, Ints(2 * r + 1));
            } else {
                if (r == 0)
                    value = left;
                else
                    take_larger(value, left);
                take_larger(value, right);
            }
        }
        value.store(y + window);
        if constexpr (keeps_taps) store_bytes(taps + window, tap);
    }
    void single(const T* x, Size columns, Size window) const {
        T value = x[0];
        unsigned char tap = 0;
        for (unsigned char k = 1; k < 2 * Rows; ++k) {
            const T candidate = x[k / 2 * columns + k % 2];
            if (candidate > value || candidate != candidate) value = candidate, tap = k;
        }
        y[window] = value;
        if constexpr (keeps_taps) taps[window] = tap;
    }
};

/// dx = dy at the tap of each window, else 0
template <class T, int Rows>
struct MaxOfPairsBackward {
    const T* dy;
    const unsigned char* taps;

    template <class V>
    STRATA_INLINE void packs(T* dx, Size columns, Size window) const {
        using Ints = typename V::Ints;
        const V gradient = V::load(dy + window);
        const Ints tap = load_bytes<Ints>(taps + window);
        for (int r = 0; r < Rows; ++r)
            store_mixed(dx + static_cast<Size>(r) * columns, where_equal(tap, Ints(2 * r), gradient),
                        where_equal(tap, Ints(2 * r + 1), gradient));
    }
    void single(T* dx, Size columns, Size window) const {
        for (unsigned char k = 0; k < 2 * Rows; ++k)
            dx[k / 2 * columns + k % 2] = k == taps[window] ? dy[window] : T(0);
    }
};

/// y = share times the sum of each window: its mean, or the gradient of `SpreadToPairs`
template <class T, int Rows>
struct SumOfPairs {
    T* y;
    T share;

    template <class V>
    STRATA_INLINE void packs(const T* x, Size columns, Size window) const {
        V a = V::load(x), b = V::load(x + V::width);
        if constexpr (Rows == 2) {
            a += V::load(x + columns);
            b += V::load(x + columns + V::width);
        }
        ((even_lanes(a, b) + odd_lanes(a, b)) * V(share)).store(y + window);
    }
    void single(const T* x, Size columns, Size window) const {
        if constexpr (Rows == 2)
            y[window] = ((x[0] + x[columns]) + (x[1] + x[columns + 1])) * share;
        else
            y[window] = (x[0] + x[1]) * share;
    }
};

/// y = share times x in each element of the window
template <class T, int Rows>
struct SpreadToPairs {
    const T* x;
    T share;

    template <class V>
    STRATA_INLINE void packs(T* y, Size columns, Size window) const {
        const V value = V::load(x + window) * V(share);
        for (int r = 0; r < Rows; ++r) store_mixed(y + static_cast<Size>(r) * columns, value, value);
    }
    void single(T* y, Size columns, Size window) const {
        for (Size r = 0; r < Rows; ++r) y[r * columns] = y[r * columns + 1] = x[window] * share;
    }
};

#ifdef STRATA_INSTANCE
STRATA_INSTANCE void pool_pairs<2>(const float*, Size, Size, Size, MaxOfPairs<float, 2, true>);
STRATA_INSTANCE void pool_pairs<2>(const float*, Size, Size, Size, MaxOfPairs<float, 2, false>);
STRATA_INSTANCE void pool_pairs<2>(float*, Size, Size, Size, MaxOfPairsBackward<float, 2>);
STRATA_INSTANCE void pool_pairs<2>(const float*, Size, Size, Size, SumOfPairs<float, 2>);
STRATA_INSTANCE void pool_pairs<2>(float*, Size, Size, Size, SpreadToPairs<float, 2>);
#endif

}  // namespace strata::cpu::detail
