#pragma once
// The gradients of weights and biases behind normalised rows, a weight for each element of a row: sums over
// samples of dy x^ and of dy.

#include <algorithm>
#include <strata/backends/cpu/normalization/moments.hpp>
#include <utility>

namespace strata::cpu::normalization {

/// Where they are added up; null: not wanted.
template <class T>
struct ParameterGradients {
    T *weight = nullptr, *bias = nullptr;

    ParameterGradients() = default;
    template <class DWeight>
    explicit ParameterGradients(DWeight dweight) : weight(cleared(dweight)) {}
    template <class DWeight, class DBias>
    ParameterGradients(DWeight dweight, DBias dbias) : weight(cleared(dweight)), bias(cleared(dbias)) {}

    STRATA_INLINE void add(Size k, double slope, double sum) const {
        if (weight != nullptr) weight[k] = static_cast<T>(static_cast<double>(weight[k]) + slope);
        if (bias != nullptr) bias[k] = static_cast<T>(static_cast<double>(bias[k]) + sum);
    }

private:
    template <class Gradient>
    static T* cleared(Gradient gradient) {
        if (!gradient.accumulate) std::fill_n(gradient.data, Gradient::size(), T(0));
        return gradient.data;
    }
};

/// One row to a sample: its elements, and where its statistics lie.
template <class T>
struct SampleRow {
    const T *x, *dy, *end_of_x;
    const T *mean, *rest, *rstd;
    Size stride, mean_step, rstd_step;  ///< to the next sample
};

/// Sums over samples for `sizeof...(pack)` packs of columns, which are added to `slopes` and `sums`. A pack
/// that is not `whole` has `lanes` columns; it may read the next row, but not beyond the end.
template <class V, bool whole, class T, Size... pack>
STRATA_INLINE inline void add_columns(SampleRow<T> at, Size samples, Size lanes, T* slopes, T* sums,
                                      std::index_sequence<pack...>) {
    constexpr Size width = V::width, packs = sizeof...(pack);
    const auto load = [lanes](const T* from, bool inside) {
        return whole || inside ? V::load(from) : V::load(from, lanes);
    };
    const auto add = [lanes](const V& value, T* to) {
        if (whole)
            (V::load(to) + value).store(to);
        else
            (V::load(to, lanes) + value).store(to, lanes);
    };
    V slope[packs], sum[packs], dy[packs];
    ((slope[pack] = sum[pack] = V(0)), ...);
    for (Size sample = 0; sample < samples; ++sample) {
        const V mean(*at.mean), rstd(*at.rstd), rest(-*at.rest * *at.rstd);
        const bool inside = at.x + width <= at.end_of_x;
        ((dy[pack] = load(at.dy + pack * width, inside)), ...);
        ((sum[pack] += dy[pack]), ...);
        ((slope[pack] = multiply_add(
              dy[pack], multiply_add(load(at.x + pack * width, inside) - mean, rstd, rest), slope[pack])),
         ...);
        at.x += at.stride, at.dy += at.stride;
        at.mean += at.mean_step, at.rest += at.mean_step, at.rstd += at.rstd_step;
    }
    (add(slope[pack], slopes + pack * width), ...);
    if (sums != nullptr) (add(sum[pack], sums + pack * width), ...);
}

/// The samples [first, end).
template <class V, class T>
STRATA_INLINE inline void add_gradients_of_columns(RowExtent e, const T* x, const T* dy,
                                                   KeptMoments<const T> kept, Size first, Size end,
                                                   const ParameterGradients<T>& gradients) {
    static constexpr T zero = 0;
    constexpr Size width = V::width, packs = 4;
    const Size sample = e.groups * e.size, begin = first * sample;
    for (Size column = 0, columns; column < sample; column += columns) {
        const Size group = column / e.size, left = (group + 1) * e.size - column;
        columns = left >= packs * width ? packs * width : left < width ? left : width;
        const Size row = first * e.groups + group;
        SampleRow<T> at{x + begin + column,
                        dy + begin + column,
                        x + e.rows * e.size,
                        &zero,
                        &zero,
                        kept.rstd + row,
                        sample,
                        0,
                        e.groups};
        if (kept.mean != nullptr)
            at.mean = kept.mean + row, at.rest = kept.rest + row, at.mean_step = e.groups;
        T* const slopes = gradients.weight + column;
        T* const sums = gradients.bias == nullptr ? nullptr : gradients.bias + column;
        if (columns == packs * width)
            add_columns<V, true>(at, end - first, width, slopes, sums, std::make_index_sequence<packs>{});
        else if (columns == width)
            add_columns<V, true>(at, end - first, width, slopes, sums, std::make_index_sequence<1>{});
        else
            add_columns<V, false>(at, end - first, columns, slopes, sums, std::make_index_sequence<1>{});
    }
}

}  // namespace strata::cpu::normalization
