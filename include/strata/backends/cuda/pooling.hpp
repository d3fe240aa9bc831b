#pragma once
// Maxima and averages over windows: a thread per window forward, or a warp where windows are large; a thread
// per input backward, which asks the windows that hold it, so that sums have the same bits in every run.

#include <strata/backends/cuda/runtime/division.hpp>
#include <strata/backends/cuda/runtime/queue.hpp>
#include <strata/core/operations/pool_geometry.hpp>

namespace strata::cuda {

namespace detail {

/// `taps` may be null.
template <class Axis, class T, class Tap>
struct MaxOfWindow {
    const T* x;
    T* y;
    Tap* taps;
    Axis rows, columns;

    STRATA_DEVICE void operator()(Size i) const {
        const Pixel at(i, rows.out, columns.out);
        const Size width = static_cast<Size>(columns.in);
        const T* const image = x + at.plane * static_cast<Size>(rows.in) * width;
        const int first_row = rows.first(at.row), last_row = rows.end(at.row);
        const int first = columns.first(at.column), last = columns.end(at.column);
        T value = image[static_cast<Size>(first_row) * width + static_cast<Size>(first)];
        int its_row = first_row, its_column = first;
        for (int r = first_row; r < last_row; r += rows.step()) {
            for (int c = first; c < last; c += columns.step()) {
                const T candidate = image[static_cast<Size>(r) * width + static_cast<Size>(c)];
                if (candidate > value || candidate != candidate) {
                    value = candidate;
                    its_row = r;
                    its_column = c;
                }
            }
        }
        y[i] = value;
        if (taps != nullptr)
            taps[i] = static_cast<Tap>(rows.tap(at.row, its_row) * columns.kernel +
                                       columns.tap(at.column, its_column));
    }
};

template <class Axis, class T, class Tap>
struct MaxOfWindowBackward {
    const T* dy;
    const Tap* taps;
    T* dx;
    Axis rows, columns;

    STRATA_DEVICE void operator()(Size i) const {
        const Pixel at(i, rows.in, columns.in);
        const Size width = static_cast<Size>(columns.out);
        const Size image = at.plane * static_cast<Size>(rows.out) * width;
        const int last_row = rows.end_window(at.row), last = columns.end_window(at.column);
        T sum = 0;
        for (int o = rows.first_window(at.row); o < last_row; ++o) {
            const int row_tap = rows.tap(o, at.row);
            if (row_tap < 0) continue;
            for (int p = columns.first_window(at.column); p < last; ++p) {
                const int column_tap = columns.tap(p, at.column);
                const Size window = image + static_cast<Size>(o) * width + static_cast<Size>(p);
                if (column_tap >= 0 &&
                    static_cast<int>(taps[window]) == row_tap * columns.kernel + column_tap)
                    sum += dy[window];
            }
        }
        dx[i] = sum;
    }
};

/// What both kinds of averages need.
template <class Axis, class T>
struct AverageOfWindow {
    const T* x;
    T* y;
    Axis rows, columns;
    bool counts_padding;

    STRATA_DEVICE int count(const Pixel& at) const {
        return rows.count(at.row, counts_padding) * columns.count(at.column, counts_padding);
    }
    STRATA_DEVICE void operator()(Size i) const {
        const Pixel at(i, rows.out, columns.out);
        const Size width = static_cast<Size>(columns.in);
        const T* const image = x + at.plane * static_cast<Size>(rows.in) * width;
        const int last_row = rows.end(at.row), first = columns.first(at.column),
                  last = columns.end(at.column);
        T sum = 0;
        for (int r = rows.first(at.row); r < last_row; ++r)
            for (int c = first; c < last; ++c)
                sum += image[static_cast<Size>(r) * width + static_cast<Size>(c)];
        y[i] = sum / static_cast<T>(count(at));
    }
    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size i) const {
        const Pixel at(i, rows.out, columns.out);
        const Size width = static_cast<Size>(columns.in);
        const int first_row = rows.first(at.row), first = columns.first(at.column);
        const Size wide = static_cast<Size>(columns.end(at.column) - first);
        const Size terms = static_cast<Size>(rows.end(at.row) - first_row) * wide;
        const T* const corner =
            x + (at.plane * static_cast<Size>(rows.in) + static_cast<Size>(first_row)) * width +
            static_cast<Size>(first);
        const double sum = group.sum(terms, [&](Size k) {
            const Quotient place(k, wide);
            return static_cast<double>(corner[place.quotient * width + place.rest]);
        });
        if (group.leads()) y[i] = static_cast<T>(sum / count(at));
    }
};

template <class Axis, class T>
struct AverageOfWindowBackward {
    const T* dy;
    T* dx;
    Axis rows, columns;
    bool counts_padding;

    STRATA_DEVICE void operator()(Size i) const {
        const Pixel at(i, rows.in, columns.in);
        const Size width = static_cast<Size>(columns.out);
        const T* const image = dy + at.plane * static_cast<Size>(rows.out) * width;
        const int last_row = rows.end_window(at.row);
        const int first = columns.first_window(at.column), last = columns.end_window(at.column);
        T sum = 0;
        for (int o = rows.first_window(at.row); o < last_row; ++o)
            for (int p = first; p < last; ++p) {
                const int count = rows.count(o, counts_padding) * columns.count(p, counts_padding);
                sum += image[static_cast<Size>(o) * width + static_cast<Size>(p)] / static_cast<T>(count);
            }
        dx[i] = sum;
    }
};

}  // namespace detail

class PoolingOperations : public virtual Queue {
public:
    /// y = the largest element of each window. `taps`, if given, takes which it is, for the backward pass:
    /// the first of equals, the last that is no number. G is a PoolGeometry or an AdaptiveGeometry.
    template <auto G, class X, class Y>
    void max_pool(X x, Y y) const {
        max_pool_into<G>(x, y, static_cast<PoolTap<G>*>(nullptr));
    }
    template <auto G, class X, class Y, class Taps>
    void max_pool(X x, Y y, Taps taps) const {
        max_pool_into<G>(x, y, reinterpret_cast<PoolTap<G>*>(taps.data));
    }
    template <auto G, class DY, class Taps, class DX>
    void max_pool_backward(DY dy, Taps taps, DX dx) const {
        using T = typename DX::value_type;
        using Tap = PoolTap<G>;
        constexpr auto rows = walk_along(G.rows), columns = walk_along(G.columns);
        const detail::MaxOfWindowBackward<AxisOf<G>, T, Tap> work{
            dy.data, reinterpret_cast<const Tap*>(taps.data), dx.data, rows, columns};
        for_each_index(dx.size(), work);
    }

    /// y = the mean of each window; `counts_padding` as PyTorch's count_include_pad.
    template <auto G, bool counts_padding = true, class X, class Y>
    void average_pool(X x, Y y) const {
        using T = typename Y::value_type;
        constexpr auto rows = walk_along(G.rows), columns = walk_along(G.columns);
        constexpr bool large = taps_of(G) >= 64;
        const detail::AverageOfWindow<AxisOf<G>, T> work{x.data, y.data, rows, columns, counts_padding};
        if constexpr (large)
            for_each_warp(y.size(), work);
        else
            for_each_index(y.size(), work);
    }
    template <auto G, bool counts_padding = true, class DY, class DX>
    void average_pool_backward(DY dy, DX dx) const {
        using T = typename DX::value_type;
        constexpr auto rows = walk_along(G.rows), columns = walk_along(G.columns);
        const detail::AverageOfWindowBackward<AxisOf<G>, T> work{dy.data, dx.data, rows, columns,
                                                                 counts_padding};
        for_each_index(dx.size(), work);
    }

private:
    template <auto G>
    using AxisOf = decltype(walk_along(G.rows));

    template <auto G, class X, class Y>
    void max_pool_into(X x, Y y, PoolTap<G>* taps) const {
        using T = typename Y::value_type;
        constexpr auto rows = walk_along(G.rows), columns = walk_along(G.columns);
        const detail::MaxOfWindow<AxisOf<G>, T, PoolTap<G>> work{x.data, y.data, taps, rows, columns};
        for_each_index(y.size(), work);
    }
};

}  // namespace strata::cuda
