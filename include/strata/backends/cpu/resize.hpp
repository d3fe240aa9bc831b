#pragma once
// Resizing of images: along the columns once per row of the input, along the rows in packs. Backward the
// other way round: gradients are gathered into rows of the input, which are then resized back. Two rows are
// kept at a time.

#include <strata/backends/cpu/pooling/pool_pairs.hpp>
#include <strata/backends/cpu/pooling/window_rows.hpp>
#include <strata/core/operations/resize.hpp>
#include <strata/core/tensor.hpp>

namespace strata::cpu {

namespace detail {

/// Some of the columns of the output, from `begin` on: as many as the buffers hold.
template <class T, ResizeMode mode>
struct ResizeColumns {
    static constexpr Size most = 4096;

    ResizeAxis axis;
    Size begin, count;
    bool doubles;  ///< twice as many columns, interpolated, which takes no table
    int first[most], second[most];
    T weight[most];  ///< of the second one
    T padded[2][most + 2 * WindowRoom::lanes];

    STRATA_INLINE ResizeColumns(ResizeAxis columns, Size first_column)
        : axis(columns), begin(first_column),
          count(static_cast<Size>(axis.out) - begin < most ? static_cast<Size>(axis.out) - begin : most),
          doubles(mode == ResizeMode::bilinear && axis.factor == 2 && !axis.align_corners &&
                  count == static_cast<Size>(axis.out)) {
        const T scale = resize_scale<T>(axis);
        for (Size j = 0; j < count && !doubles; ++j) {
            const ResizeTap<T> tap = resize_tap<mode>(axis, scale, static_cast<int>(begin + j));
            first[j] = tap.first, second[j] = tap.second, weight[j] = tap.weight;
        }
    }

    /// to = the columns of a row of the input. There is room for a pack behind `to`.
    template <class V>
    STRATA_INLINE void resize(const T* row, T* to) {
        if (!doubles) {
            for (Size j = 0; j < count; ++j) {
                if constexpr (mode == ResizeMode::nearest)
                    to[j] = row[first[j]];
                else
                    to[j] = row[first[j]] * (T(1) - weight[j]) + row[second[j]] * weight[j];
            }
            return;
        }
        const Size in = static_cast<Size>(axis.in);
        T* const values = padded[0] + 1;
        __builtin_memcpy(values, row, in * sizeof(T));
        values[-1] = row[0];
        values[in] = row[in - 1];
        for (Size i = 0; i < in; i += V::width) {
            const V value = V::load(values + i);
            const V most_of_it = value * V(0.75), quarter(0.25);
            store_mixed(to + 2 * i, multiply_add(V::load(values + i - 1), quarter, most_of_it),
                        multiply_add(V::load(values + i + 1), quarter, most_of_it));
        }
    }

    /// The gradient of `resize`: row = ... or, for columns that are not the first ones, row += ...
    template <class V>
    STRATA_INLINE void resize_back(const T* gradient, T* row, Size room) {
        const Size in = static_cast<Size>(axis.in);
        if (!doubles) {
            for (Size i = 0; i < in && begin == 0; ++i) row[i] = T(0);
            for (Size j = 0; j < count;) {  // the columns between the same two inputs together
                const int left = first[j], right = second[j];
                T to_left(0), to_right(0);
                for (; j < count && first[j] == left; ++j) {
                    if constexpr (mode == ResizeMode::nearest) {
                        to_left += gradient[j];
                    } else {
                        to_left += gradient[j] * (T(1) - weight[j]);
                        to_right += gradient[j] * weight[j];
                    }
                }
                row[left] += to_left;
                if constexpr (mode == ResizeMode::bilinear) row[right] += to_right;
            }
            return;
        }
        T* const evens = padded[0];
        T* const odds = padded[1] + 1;
        for (Size i = 0; i < in; i += V::width) {
            const V a = V::load(gradient + 2 * i), b = V::load(gradient + 2 * i + V::width);
            even_lanes(a, b).store(evens + i);
            odd_lanes(a, b).store(odds + i);
        }
        odds[-1] = evens[0];
        evens[in] = odds[in - 1];
        for_packs_of_row<V>(in, room, [&](Size i, Size some) STRATA_INLINE_LAMBDA {
            const V inner = V::load(evens + i) + V::load(odds + i);
            const V outer = V::load(odds + i - 1) + V::load(evens + i + 1);
            store_some(multiply_add(outer, V(0.25), inner * V(0.75)), row + i, some);
        });
    }
};

template <ResizeMode mode, class V, class T>
STRATA_INLINE inline void resize_images(ResizeAxis rows, ResizeAxis columns, Size planes, const T* x, T* y) {
    const Size in = static_cast<Size>(columns.in), out = static_cast<Size>(columns.out);
    const Size outputs = planes * static_cast<Size>(rows.out) * out;
    const T scale = resize_scale<T>(rows);
    for (Size begin = 0; begin < out; begin += ResizeColumns<T, mode>::most) {
        ResizeColumns<T, mode> some(columns, begin);
        T kept[2][ResizeColumns<T, mode>::most + 2 * WindowRoom::lanes];
        for (Size plane = 0; plane < planes; ++plane) {
            int done = 0;  // rows of the input that have been resized
            for (int o = 0; o < rows.out; ++o) {
                const ResizeTap<T> tap = resize_tap<mode>(rows, scale, o);
                for (done = done < tap.first ? tap.first : done; done <= tap.second; ++done)
                    some.template resize<V>(
                        x + (plane * static_cast<Size>(rows.in) + static_cast<Size>(done)) * in,
                        kept[done % 2]);
                const T *const first = kept[tap.first % 2], *const second = kept[tap.second % 2];
                const V weight(tap.weight), rest(T(1) - tap.weight);
                const Size at = (plane * static_cast<Size>(rows.out) + static_cast<Size>(o)) * out + begin;
                T* const to = y + at;
                for_packs_of_row<V>(some.count, outputs - at, [&](Size j, Size count) STRATA_INLINE_LAMBDA {
                    V value = V::load(first + j);
                    if constexpr (mode == ResizeMode::bilinear)
                        value = multiply_add(V::load(second + j), weight, value * rest);
                    store_some(value, to + j, count);
                });
            }
        }
    }
}

template <ResizeMode mode, class V, class T>
STRATA_INLINE inline void resize_images_backward(ResizeAxis rows, ResizeAxis columns, Size planes,
                                                 const T* dy, T* dx) {
    constexpr Size most = ResizeColumns<T, mode>::most;
    const Size in = static_cast<Size>(columns.in), out = static_cast<Size>(columns.out);
    const Size outputs = planes * static_cast<Size>(rows.out) * out;
    const T scale = resize_scale<T>(rows);
    for (Size begin = 0; begin < out; begin += most) {
        ResizeColumns<T, mode> some(columns, begin);
        T sums[2][most + 2 * WindowRoom::lanes];
        for (Size plane = 0; plane < planes; ++plane) {
            int begun = 0, done = 0;
            // Rows that are complete; those which no output is made of have not begun.
            const auto finish = [&](int end) STRATA_INLINE_LAMBDA {
                for (; done < end; ++done) {
                    const Size row = plane * static_cast<Size>(rows.in) + static_cast<Size>(done);
                    if (done >= begun) fill_row<V>(T(0), sums[done % 2], some.count, most);
                    some.template resize_back<V>(sums[done % 2], dx + row * in,
                                                 (planes * static_cast<Size>(rows.in) - row) * in);
                }
            };
            for (int o = 0; o < rows.out; ++o) {
                const ResizeTap<T> tap = resize_tap<mode>(rows, scale, o);
                finish(tap.first);
                for (begun = begun < tap.first ? tap.first : begun; begun <= tap.second; ++begun)
                    fill_row<V>(T(0), sums[begun % 2], some.count, most);
                T *const first = sums[tap.first % 2], *const second = sums[tap.second % 2];
                const V weight(tap.weight), rest(T(1) - tap.weight);
                const Size at = (plane * static_cast<Size>(rows.out) + static_cast<Size>(o)) * out + begin;
                for (Size j = 0; j < some.count; j += V::width) {
                    V gradient;
                    if (at + j + V::width <= outputs)
                        gradient = V::load(dy + at + j);
                    else
                        gradient = V::load(dy + at + j, outputs - at - j);
                    if constexpr (mode == ResizeMode::nearest) {
                        (V::load(first + j) + gradient).store(first + j);
                    } else {
                        multiply_add(gradient, rest, V::load(first + j)).store(first + j);
                        multiply_add(gradient, weight, V::load(second + j)).store(second + j);
                    }
                }
            }
            finish(rows.in);
        }
    }
}

}  // namespace detail

struct ResizeOperations {
    /// y = x resized, channel by channel
    template <ResizeGeometry G, class X, class Y>
    static void resize(X x, Y y) {
        using T = typename Y::value_type;
        const Size planes = x.batch * G.channels;
        const T* const from = x.data;
        T* const to = y.data;
        if constexpr (doubles_plainly<G>)
            return detail::pool_pairs<2>(to, planes, G.rows.out, G.columns.out,
                                         detail::SpreadToPairs<T, 2>{from, T(1)});
        vectorized<T>([=](auto width) {
            detail::resize_images<G.mode, Pack<T, decltype(width)::value>>(G.rows, G.columns, planes, from,
                                                                           to);
        });
    }
    template <ResizeGeometry G, class DY, class DX>
    static void resize_backward(DY dy, DX dx) {
        using T = typename DX::value_type;
        const Size planes = dx.batch * G.channels;
        const T* const from = dy.data;
        T* const to = dx.data;
        if constexpr (doubles_plainly<G>)
            return detail::pool_pairs<2>(from, planes, G.rows.out, G.columns.out,
                                         detail::SumOfPairs<T, 2>{to, T(1)});
        vectorized<T>([=](auto width) {
            detail::resize_images_backward<G.mode, Pack<T, decltype(width)::value>>(G.rows, G.columns, planes,
                                                                                    from, to);
        });
    }

private:
    template <ResizeGeometry G>
    static constexpr bool doubles_plainly = G.mode == ResizeMode::nearest&& G.rows.factor == 2;
};

}  // namespace strata::cpu
