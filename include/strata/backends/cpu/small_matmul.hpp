#pragma once
// The product y = x Wᵀ + b for few outputs and many inputs, the shape of a classifier's layer: a tile of y
// stays in registers while the inner dimension runs, and the bias is added on the way. matmul.hpp says when
// it is used.

#include <strata/backends/cpu/simd/simd.hpp>
#include <utility>

namespace strata::cpu::detail {

// The tile is written as folds over constant indices, because g++ keeps an array in registers only if no loop
// and no lambda ever indexes it.

/// One tile: R rows of x against C rows of w, lanes along the inner dimension.
template <class V, Size R, Size C, class T, Size... I>
STRATA_INLINE inline void dot_tile(const T* x, const T* w, Size inner, const T* bias, T* y, Size y_stride,
                                   std::index_sequence<I...>) {
    V sums[R * C];
    ((sums[I] = V(0)), ...);
    Size k = 0;
    for (; k + V::width <= inner; k += V::width)
        ((sums[I] = multiply_add(V::load(x + I % R * inner + k), V::load(w + I / R * inner + k), sums[I])),
         ...);
    if (k < inner)
        ((sums[I] = multiply_add(V::load(x + I % R * inner + k, inner - k),
                                 V::load(w + I / R * inner + k, inner - k), sums[I])),
         ...);
    ((y[I % R * y_stride + I / R] = sums[I].total() + (bias == nullptr ? T(0) : bias[I / R])), ...);
}

/// C columns of y, tile by tile; R rows at a time.
template <class V, Size R, Size C, class T>
STRATA_INLINE inline void dot_strip(const T* x, Size rows, const T* w, Size inner, const T* bias, T* y,
                                    Size y_stride) {
    Size row = 0;
    for (; row + R <= rows; row += R)
        dot_tile<V, R, C>(x + row * inner, w, inner, bias, y + row * y_stride, y_stride,
                          std::make_index_sequence<R * C>{});
    for (; row < rows; ++row)
        dot_tile<V, 1, C>(x + row * inner, w, inner, bias, y + row * y_stride, y_stride,
                          std::make_index_sequence<C>{});
}

/// y(rows, columns) = x(rows, inner) w(columns, inner)ᵀ + bias; bias may be null.
template <Size columns, Size inner, class T>
void multiply_by_rows(const T* x, Size rows, const T* w, const T* bias, T* y) {
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        constexpr Size registers = sizeof(T) * V::width == 64 ? 32 : 16;
        constexpr Size C = registers == 32 ? (columns < 12 ? columns : 6) : (columns < 5 ? columns : 4);
        constexpr Size R = (registers - 2) / (C + 1) < 4 ? (registers - 2) / (C + 1) : 4;
        constexpr Size rest = columns % C;
        for (Size first = 0; first + C <= columns; first += C)
            dot_strip<V, R, C>(x, rows, w + first * inner, inner, bias == nullptr ? nullptr : bias + first,
                               y + first, columns);
        if constexpr (rest > 0) {
            constexpr Size first = columns - rest;
            dot_strip<V, R, rest>(x, rows, w + first * inner, inner, bias == nullptr ? nullptr : bias + first,
                                  y + first, columns);
        }
    });
}

}  // namespace strata::cpu::detail
