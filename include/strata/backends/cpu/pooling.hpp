#pragma once
// Maxima and averages over windows. What a geometry is worth is decided here; the loops do not know it at
// compile time, so that pools of all sizes share them.

#include <strata/backends/cpu/pooling/average_windows.hpp>
#include <strata/backends/cpu/pooling/max_windows.hpp>
#include <strata/backends/cpu/pooling/plain_windows.hpp>
#include <strata/backends/cpu/pooling/pool_pairs.hpp>

namespace strata::cpu {

namespace detail {

/// Whether windows of 2 stand side by side in one row or in two, without padding: the number of rows, or 0.
constexpr int rows_of_pairs(PoolAxis rows, PoolAxis columns) {
    const auto stand = [](PoolAxis axis, int size) {
        return axis.kernel == size && axis.stride == size && axis.before == 0 && axis.out == axis.in / size &&
               (axis.dilation == 1 || size == 1);
    };
    if (!stand(columns, 2)) return 0;
    return stand(rows, 1) ? 1 : stand(rows, 2) ? 2 : 0;
}
constexpr int rows_of_pairs(AdaptiveAxis, AdaptiveAxis) { return 0; }

/// Whether there is one window, which is the whole image.
template <class Axis>
constexpr bool is_whole(Axis rows, Axis columns) {
    const auto all = [](Axis axis) {
        return axis.out == 1 && axis.first(0) == 0 && axis.end(0) == axis.in &&
               axis.count(0, true) == axis.in;
    };
    return all(rows) && all(columns) && rows.step() == 1 && columns.step() == 1;
}

/// f(rows, columns) with what the loops take; adaptive windows in tables if those hold them.
template <class F>
void with_axes(PoolAxis rows, PoolAxis columns, const F& f) {
    f(rows, columns);
}
template <class F>
void with_axes(AdaptiveAxis rows, AdaptiveAxis columns, const F& f) {
    if (!AxisTables::hold(rows) || !AxisTables::hold(columns)) return f(rows, columns);
    AxisTables of_rows, of_columns;
    f(of_rows.of(rows), of_columns.of(columns));
}
template <class Axis>
inline constexpr bool has_packs = !std::is_same_v<Axis, AdaptiveAxis>;

template <class Axis, class T, class Tap>
void max_pool(Axis rows, Axis columns, Size planes, const T* x, T* y, Tap* taps) {
    if constexpr (sizeof(Tap) == 1 && has_packs<Axis>)
        if (row_holds(columns, static_cast<Size>((rows.kernel - 1) * rows.step() + 1)))
            return vectorized<T>([=](auto width) {
                using V = Pack<T, decltype(width)::value>;
                if (taps != nullptr)
                    max_of_windows<V, true>(rows, columns, planes, x, y, taps);
                else
                    max_of_windows<V, false>(rows, columns, planes, x, y, taps);
            });
    max_of_windows_plainly(rows, columns, planes, x, y, taps);
}

template <class Axis, class T>
void average_pool(Axis rows, Axis columns, bool counts_padding, Size planes, const T* x, T* y) {
    const Size longer = static_cast<Size>(columns.in > columns.out ? columns.in : columns.out);
    if constexpr (has_packs<Axis>)
        if (WindowRoom::row_length(longer) <= WindowRoom::elements)
            return vectorized<T>([=](auto width) {
                using V = Pack<T, decltype(width)::value>;
                if (row_holds(columns, 1))
                    average_of_windows<V, true>(rows, columns, counts_padding, planes, x, y);
                else
                    average_of_windows<V, false>(rows, columns, counts_padding, planes, x, y);
            });
    average_of_windows_plainly(rows, columns, counts_padding, planes, x, y);
}
template <class Axis, class T>
void average_pool_backward(Axis rows, Axis columns, bool counts_padding, Size planes, const T* dy, T* dx) {
    if constexpr (has_packs<Axis>)
        if (fits_backward(rows, columns))
            return vectorized<T>([=](auto width) {
                average_of_windows_backward<Pack<T, decltype(width)::value>>(rows, columns, counts_padding,
                                                                             planes, dy, dx);
            });
    average_of_windows_backward_plainly(rows, columns, counts_padding, planes, dy, dx);
}

}  // namespace detail

struct PoolingOperations {
    /// y = the largest element of each window. `taps`, if given, takes which it is, for the backward pass:
    /// the first of equals, the last that is no number. G is a PoolGeometry or an AdaptiveGeometry.
    template <auto G, class X, class Y>
    static void max_pool(X x, Y y) {
        max_pool_into<G>(x, y, static_cast<PoolTap<G>*>(nullptr));
    }
    template <auto G, class X, class Y, class Taps>
    static void max_pool(X x, Y y, Taps taps) {
        max_pool_into<G>(x, y, reinterpret_cast<PoolTap<G>*>(taps.data));
    }
    template <auto G, class DY, class Taps, class DX>
    static void max_pool_backward(DY dy, Taps taps, DX dx) {
        using T = typename DX::value_type;
        constexpr auto rows = walk_along(G.rows), columns = walk_along(G.columns);
        const Size planes = dx.batch * G.channels;
        const T* const gradient = dy.data;
        const auto* const its_taps = reinterpret_cast<const PoolTap<G>*>(taps.data);
        constexpr int pair_rows = detail::rows_of_pairs(rows, columns);
        if constexpr (pair_rows > 0)
            detail::pool_pairs<pair_rows>(dx.data, planes, rows.in, columns.in,
                                          detail::MaxOfPairsBackward<T, pair_rows>{gradient, its_taps});
        else
            detail::max_of_windows_backward(rows, columns, planes, gradient, its_taps, dx.data);
    }

    /// y = the mean of each window; `counts_padding` as PyTorch's count_include_pad.
    template <auto G, bool counts_padding = true, class X, class Y>
    static void average_pool(X x, Y y) {
        using T = typename Y::value_type;
        constexpr auto rows = walk_along(G.rows), columns = walk_along(G.columns);
        const Size planes = x.batch * G.channels;
        const T* const from = x.data;
        constexpr int pair_rows = detail::rows_of_pairs(rows, columns);
        if constexpr (pair_rows > 0)
            detail::pool_pairs<pair_rows>(from, planes, rows.in, columns.in,
                                          detail::SumOfPairs<T, pair_rows>{y.data, T(1) / (2 * pair_rows)});
        else if constexpr (detail::is_whole(rows, columns))
            detail::mean_of_images(from, planes, static_cast<Size>(rows.in) * columns.in, y.data);
        else
            detail::with_axes(rows, columns, [&](auto down, auto along) {
                detail::average_pool(down, along, counts_padding, planes, from, y.data);
            });
    }
    template <auto G, bool counts_padding = true, class DY, class DX>
    static void average_pool_backward(DY dy, DX dx) {
        using T = typename DX::value_type;
        constexpr auto rows = walk_along(G.rows), columns = walk_along(G.columns);
        const Size planes = dx.batch * G.channels;
        const T* const gradient = dy.data;
        constexpr int pair_rows = detail::rows_of_pairs(rows, columns);
        if constexpr (pair_rows > 0)
            detail::pool_pairs<pair_rows>(
                dx.data, planes, rows.in, columns.in,
                detail::SpreadToPairs<T, pair_rows>{gradient, T(1) / (2 * pair_rows)});
        else if constexpr (detail::is_whole(rows, columns))
            detail::mean_of_images_backward(gradient, planes, static_cast<Size>(rows.in) * columns.in,
                                            dx.data);
        else
            detail::with_axes(rows, columns, [&](auto down, auto along) {
                detail::average_pool_backward(down, along, counts_padding, planes, gradient, dx.data);
            });
    }

private:
    template <auto G, class X, class Y>
    static void max_pool_into(X x, Y y, PoolTap<G>* taps) {
        using T = typename Y::value_type;
        constexpr auto rows = walk_along(G.rows), columns = walk_along(G.columns);
        const Size planes = x.batch * G.channels;
        const T* const from = x.data;
        constexpr int pair_rows = detail::rows_of_pairs(rows, columns);
        if constexpr (pair_rows > 0) {
            if (taps != nullptr)
                detail::pool_pairs<pair_rows>(from, planes, rows.in, columns.in,
                                              detail::MaxOfPairs<T, pair_rows, true>{y.data, taps});
            else
                detail::pool_pairs<pair_rows>(from, planes, rows.in, columns.in,
                                              detail::MaxOfPairs<T, pair_rows, false>{y.data, nullptr});
        } else {
            detail::with_axes(rows, columns, [&](auto down, auto along) {
                detail::max_pool(down, along, planes, from, y.data, taps);
            });
        }
    }
};

}  // namespace strata::cpu
