#pragma once
// Averages over windows, in packs. The rows of a window are summed first, for all columns at once; then the
// columns, dealt out to packs where the windows are small, and one window at a time elsewhere. Backward the
// other way round. A whole image is summed as one run of numbers.

#include <strata/backends/cpu/pooling/adaptive_windows.hpp>

namespace strata::cpu::detail {

/// The sum of some numbers: in packs, some of them in T, all of them in double.
template <class V, class T>
STRATA_INLINE inline double sum_of(const T* x, Size n) {
    constexpr Size block = 32 * V::width;
    double total = 0;
    Size i = 0;
    while (i + V::width <= n) {
        const Size end = n - i < block ? n : i + block;
        V partial(0);
        for (; i + V::width <= end; i += V::width) partial += V::load(x + i);
        total += static_cast<double>(partial.total());
    }
    for (; i < n; ++i) total += static_cast<double>(x[i]);
    return total;
}

/// y = the mean of each image; and backward.
template <class T>
void mean_of_images(const T* x, Size images, Size size, T* y) {
    vectorized<T>([&](auto width) {
        for (Size i = 0; i < images; ++i)
            y[i] = static_cast<T>(sum_of<Pack<T, decltype(width)::value>>(x + i * size, size) /
                                  static_cast<double>(size));
    });
}
template <class T>
void mean_of_images_backward(const T* dy, Size images, Size size, T* dx) {
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        T* const end = dx + images * size;
        T* to = dx;
        for (Size i = 0; i < images; ++i, to += size)
            fill_row<V>(dy[i] / static_cast<T>(size), to, size, static_cast<Size>(end - to));
    });
}

/// sums[i] = the sum over `count` rows of x[row, i]; long sums in parts.
template <class V, class T>
STRATA_INLINE inline void sum_some_rows(const T* x, Size columns, Size count, Size readable, T* sums) {
    constexpr Size part = 32;
    Size i = 0;
    for (; i < columns && (count - 1) * columns + i + V::width <= readable; i += V::width) {
        V total = V::load(x + i);
        for (Size row = 1; row < count; row += part) {
            V partial = V::load(x + row * columns + i);
            for (Size k = row + 1; k < count && k < row + part; ++k) partial += V::load(x + k * columns + i);
            total += partial;
        }
        total.store(sums + i);
    }
    for (; i < columns; ++i) {
        double total = 0;
        for (Size k = 0; k < count; ++k) total += static_cast<double>(x[k * columns + i]);
        sums[i] = static_cast<T>(total);
    }
}

/// How many elements each window counts along the columns.
template <class T, class Axis>
struct ColumnCounts {
    T counts[WindowRoom::elements];

    STRATA_INLINE ColumnCounts(const Axis& columns, bool counts_padding) {
        for (int j = 0; j < columns.out; ++j) counts[j] = static_cast<T>(columns.count(j, counts_padding));
        for (int j = 0; j < static_cast<int>(WindowRoom::lanes); ++j) counts[columns.out + j] = T(1);
    }
};

/// `deals`: the windows of a row are small enough to be dealt out.
template <class V, bool deals, class Axis, class T>
STRATA_INLINE inline void average_of_windows(Axis rows, Axis columns, bool counts_padding, Size planes,
                                             const T* x, T* y) {
    const Size in = static_cast<Size>(columns.in), out = static_cast<Size>(columns.out);
    const Size plane_size = static_cast<Size>(rows.in) * in;
    const ColumnCounts<T, Axis> column_counts(columns, counts_padding);
    T sums[WindowRoom::elements];
    DealtRow<T, Axis> dealt;
    if constexpr (deals) dealt.prepare(columns, T(0));

    const T* const end = x + planes * plane_size;
    T* const y_end = y + planes * static_cast<Size>(rows.out) * out;
    for (Size plane = 0; plane < planes; ++plane) {
        for (int o = 0; o < rows.out; ++o, y += out) {
            const T row_count = static_cast<T>(rows.count(o, counts_padding));
            const T* row = x + plane * plane_size + static_cast<Size>(rows.first(o)) * in;
            const Size summed = static_cast<Size>(rows.end(o) - rows.first(o));
            Size readable = static_cast<Size>(end - row);
            if (summed > 1) {
                sum_some_rows<V>(row, in, summed, readable, sums);
                row = sums;
                readable = in + WindowRoom::lanes;
            }
            if constexpr (deals) {
                dealt.template deal<V>(columns, row, readable, T(0));
                for_packs_of_row<V>(
                    out, static_cast<Size>(y_end - y), [&](Size j, Size count) STRATA_INLINE_LAMBDA {
                        V sum = V::load(dealt.tap[0] + j);
                        for (Size k = 1; k < static_cast<Size>(columns.kernel); ++k)
                            sum += V::load(dealt.tap[k] + j);
                        store_some(sum / (V(row_count) * V::load(column_counts.counts + j)), y + j, count);
                    });
            } else {
                for (Size j = 0; j < out; ++j) {
                    double sum = 0;
                    const int last = columns.end(static_cast<int>(j));
                    for (int i = columns.first(static_cast<int>(j)); i < last; ++i)
                        sum += static_cast<double>(row[i]);
                    y[j] = static_cast<T>(sum) / (row_count * column_counts.counts[j]);
                }
            }
        }
    }
}

/// How many windows of one extent hold the same input, at most.
template <class Axis>
int most_windows(Axis axis) {
    int most = 1;
    for (int i = 0; i < axis.in; ++i) {
        const int count = axis.end_window(i) - axis.first_window(i);
        most = count > most ? count : most;
    }
    return most;
}

/// The sum of the shares of all windows that hold input q + stride i, for V::width inputs. It is tap t of
/// window i + (q + before - t) / stride where that is a whole number.
template <class V, class T>
STRATA_INLINE inline V sum_of_shares(PoolAxis axis, const T* shares, Size i, int q) {
    V sum(0);
    for (int t = (q + axis.before) % axis.stride; t < axis.kernel; t += axis.stride)
        sum += V::load(shares + static_cast<std::ptrdiff_t>(i) + (q + axis.before - t) / axis.stride);
    return sum;
}

/// gradient[i] = the sum of shares[j] over the windows j that hold input i. The shares have zeros around
/// them.
template <class V, class Axis, class T>
STRATA_INLINE inline void spread_to_columns(Axis columns, const T* shares, T* gradient) {
    const Size in = static_cast<Size>(columns.in);
    if constexpr (std::is_same_v<Axis, PoolAxis>) {
        if (columns.stride <= 2 && columns.kernel <= static_cast<int>(WindowRoom::most_taps)) {
            if (columns.stride == 1)
                for (Size i = 0; i < in; i += V::width)
                    sum_of_shares<V>(columns, shares, i, 0).store(gradient + i);
            else
                for (Size i = 0; 2 * i < in; i += V::width)
                    store_mixed(gradient + 2 * i, sum_of_shares<V>(columns, shares, i, 0),
                                sum_of_shares<V>(columns, shares, i, 1));
            return;
        }
    }
    for (Size i = 0; i < in; ++i) gradient[i] = T(0);
    for (int j = 0; j < columns.out; ++j) {
        const int end = columns.end(j);
        for (int i = columns.first(j); i < end; ++i) gradient[i] += shares[j];
    }
}

/// Whether the buffers of the backward pass hold these windows.
template <class Axis>
bool fits_backward(Axis rows, Axis columns) {
    const Size in = static_cast<Size>(columns.in), out = static_cast<Size>(columns.out);
    return static_cast<Size>(most_windows(rows)) * (in + 2 * WindowRoom::lanes) <= WindowRoom::elements &&
           out + 3 * WindowRoom::most_taps + WindowRoom::lanes <= WindowRoom::elements;
}

template <class V, class Axis, class T>
STRATA_INLINE inline void average_of_windows_backward(Axis rows, Axis columns, bool counts_padding,
                                                      Size planes, const T* dy, T* dx) {
    constexpr Size margin = WindowRoom::most_taps;
    const Size in = static_cast<Size>(columns.in), out = static_cast<Size>(columns.out);
    const ColumnCounts<T, Axis> column_counts(columns, counts_padding);
    const Size length = in + 2 * WindowRoom::lanes, kept = static_cast<Size>(most_windows(rows));
    T gradients[WindowRoom::elements];            // one row for each row of windows that is kept
    T room_of_shares[WindowRoom::elements] = {};  // dy / count of one row, zeros on both sides
    T* const shares = room_of_shares + margin;

    const T* const dy_end = dy + planes * static_cast<Size>(rows.out) * out;
    T* const dx_end = dx + planes * static_cast<Size>(rows.in) * in;
    for (Size plane = 0; plane < planes; ++plane) {
        int done = 0;
        for (int i = 0; i < rows.in; ++i, dx += in) {
            const int first = rows.first_window(i), end = rows.end_window(i);
            for (; done < end; ++done, dy += out) {
                const T row_count = static_cast<T>(rows.count(done, counts_padding));
                for_packs_of_row<V>(
                    out, static_cast<Size>(dy_end - dy), [&](Size j, Size count) STRATA_INLINE_LAMBDA {
                        V gradient;
                        if (count == V::width)
                            gradient = V::load(dy + j);
                        else
                            gradient = V::load(dy + j, count);
                        (gradient / (V(row_count) * V::load(column_counts.counts + j))).store(shares + j);
                    });
                for (Size j = out; j < out + 2 * margin; ++j) shares[j] = T(0);
                spread_to_columns<V>(columns, shares, gradients + static_cast<Size>(done) % kept * length);
            }
            for_packs_of_row<V>(in, static_cast<Size>(dx_end - dx),
                                [&](Size j, Size count) STRATA_INLINE_LAMBDA {
                                    V sum(0);
                                    for (int o = first; o < end; ++o)
                                        sum += V::load(gradients + static_cast<Size>(o) % kept * length + j);
                                    store_some(sum, dx + j, count);
                                });
        }
    }
}

}  // namespace strata::cpu::detail
