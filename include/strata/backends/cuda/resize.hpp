#pragma once
// Resizing of images: a thread per output forward, a thread per input backward, which asks the outputs near
// it.

#include <strata/backends/cuda/runtime/division.hpp>
#include <strata/backends/cuda/runtime/queue.hpp>
#include <strata/core/operations/resize.hpp>

namespace strata::cuda {

namespace detail {

template <ResizeMode mode, class T>
struct Resize {
    const T* x;
    T* y;
    ResizeAxis rows, columns;
    T row_scale, column_scale;

    STRATA_DEVICE void operator()(Size i) const {
        const Pixel at(i, rows.out, columns.out);
        const ResizeTap<T> row = resize_tap<mode>(rows, row_scale, at.row);
        const ResizeTap<T> column = resize_tap<mode>(columns, column_scale, at.column);
        const Size width = static_cast<Size>(columns.in);
        const T* const image = x + at.plane * static_cast<Size>(rows.in) * width;
        const T* const first = image + static_cast<Size>(row.first) * width;
        if constexpr (mode == ResizeMode::nearest) {
            y[i] = first[column.first];
        } else {
            const T* const second = image + static_cast<Size>(row.second) * width;
            const T rest = T(1) - column.weight;
            y[i] = (first[column.first] * rest + first[column.second] * column.weight) * (T(1) - row.weight) +
                   (second[column.first] * rest + second[column.second] * column.weight) * row.weight;
        }
    }
};

template <ResizeMode mode, class T>
struct ResizeBackward {
    const T* dy;
    T* dx;
    ResizeAxis rows, columns;
    T row_scale, column_scale;

    /// How much of input i is in an output.
    STRATA_DEVICE static T share(const ResizeTap<T>& tap, int i) {
        return (tap.first == i ? T(1) - tap.weight : T(0)) + (tap.second == i ? tap.weight : T(0));
    }
    STRATA_DEVICE void operator()(Size i) const {
        const Pixel at(i, rows.in, columns.in);
        const ResizeRange near_rows = outputs_of(rows, row_scale, at.row);
        const ResizeRange near_columns = outputs_of(columns, column_scale, at.column);
        const Size width = static_cast<Size>(columns.out);
        const T* const image = dy + at.plane * static_cast<Size>(rows.out) * width;
        T sum = 0;
        for (int o = near_rows.begin; o < near_rows.end; ++o) {
            const T row_share = share(resize_tap<mode>(rows, row_scale, o), at.row);
            if (row_share == T(0)) continue;
            T row_sum = 0;
            for (int p = near_columns.begin; p < near_columns.end; ++p) {
                const T column_share = share(resize_tap<mode>(columns, column_scale, p), at.column);
                if (column_share != T(0))
                    row_sum += image[static_cast<Size>(o) * width + static_cast<Size>(p)] * column_share;
            }
            sum += row_sum * row_share;
        }
        dx[i] = sum;
    }
};

}  // namespace detail

class ResizeOperations : public virtual Queue {
public:
    /// y = x resized, channel by channel
    template <ResizeGeometry G, class X, class Y>
    void resize(X x, Y y) const {
        using T = typename Y::value_type;
        constexpr T row_scale = resize_scale<T>(G.rows), column_scale = resize_scale<T>(G.columns);
        const detail::Resize<G.mode, T> work{x.data, y.data, G.rows, G.columns, row_scale, column_scale};
        for_each_index(y.size(), work);
    }
    template <ResizeGeometry G, class DY, class DX>
    void resize_backward(DY dy, DX dx) const {
        using T = typename DX::value_type;
        constexpr T row_scale = resize_scale<T>(G.rows), column_scale = resize_scale<T>(G.columns);
        const detail::ResizeBackward<G.mode, T> work{dy.data,   dx.data,   G.rows,
                                                     G.columns, row_scale, column_scale};
        for_each_index(dx.size(), work);
    }
};

}  // namespace strata::cuda
