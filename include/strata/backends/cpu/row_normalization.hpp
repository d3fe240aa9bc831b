#pragma once
// Normalisation of rows, each by its own mean and variance, and its gradients.

#include <strata/backends/cpu/normalization/moments.hpp>
#include <strata/backends/cpu/normalization/row_gradients.hpp>

namespace strata::cpu {

namespace normalization {

/// The same with a weight and a bias for each element.
template <class T>
struct WeightedLine {
    Line<T> line;
    template <class V>
    STRATA_INLINE V operator()(const V& x, const V& weight) const {
        return line(x) * weight;
    }
    template <class V>
    STRATA_INLINE V operator()(const V& x, const V& weight, const V& bias) const {
        return multiply_add(line(x), weight, bias);
    }
};
template <class T>
struct WeightedGradientLine {
    Line<T> line;
    template <class V>
    STRATA_INLINE V operator()(const V& v, const V& dy, const V& weight) const {
        return line(v, dy * weight);
    }
};

/// The statistics of some rows, one lane each: worked out together, because a row alone would wait long for
/// its root and its quotient.
template <class V>
struct RowStatistics {
    using T = typename V::value_type;
    static constexpr Size most = V::width;
    struct Lanes {
        T of[most] = {};
        V pack() const { return V::load(of); }
    };
    Lanes mean{}, rest{}, rstd{};

    /// Those of `rows` rows, which are kept from the first on.
    STRATA_INLINE void measure(const T* x, Size rows, const Stretch<V>& run, T inverse, bool centred, T eps,
                               KeptMoments<T> kept, Size first) {
        Lanes center, shift, variance;
        for (Size i = 0; i < rows; ++i, x += run.size) {
            if (centred && run.size <= block_size) {
                const BlockDistances<V> row(x, 1, 0, run, 0, run.size, inverse);
                center.of[i] = row.center;
                shift.of[i] = row.sum * inverse;
                variance.of[i] = row.squares * inverse - shift.of[i] * shift.of[i];
            } else {
                const Spread spread = spread_of_blocks(x, run, centred);
                center.of[i] = static_cast<T>(spread.mean);
                shift.of[i] = static_cast<T>(spread.mean - static_cast<double>(center.of[i]));
                variance.of[i] = static_cast<T>(spread.squares / spread.count);
            }
        }
        const V c = center.pack(), s = shift.pack(), v = variance.pack();
        const V sum = c + s, added = sum - c;
        sum.store(mean.of);
        ((c - (sum - added)) + (s - added)).store(rest.of);  // what the rounding of the sum has left
        (V(1) / sqrt(max(v, V(0)) + V(eps))).store(rstd.of);
        for (Size i = 0; i < rows && kept.rstd != nullptr; ++i) {
            kept.rstd[first + i] = rstd.of[i];
            if (kept.mean != nullptr) kept.mean[first + i] = mean.of[i], kept.rest[first + i] = rest.of[i];
        }
    }
    STRATA_INLINE void read(KeptMoments<const T> kept, Size first, Size rows) {
        for (Size i = 0; i < rows; ++i) {
            const Moments<T> moments = kept_moments(kept, first + i);
            mean.of[i] = moments.mean, rest.of[i] = moments.rest, rstd.of[i] = moments.rstd;
        }
    }
    Moments<T> row(Size i) const { return {mean.of[i], rest.of[i], rstd.of[i]}; }

private:
    /// Around 0 if it is not centred.
    STRATA_INLINE static Spread spread_of_blocks(const T* x, const Stretch<V>& run, bool centred) {
        Spread spread;
        for (Size begin = 0, end; begin < run.size; begin = end) {
            end = block_end(begin, run.size);
            const double n = static_cast<double>(end - begin);
            if (centred) {
                const BlockDistances<V> block(x, 1, 0, run, begin, end, static_cast<T>(1 / n));
                spread.add_sums(n, block.center, block.sum, block.squares);
            } else {
                Sums<V> sums;
                sums.add(run, begin, end, DistanceTerm<V, T>{x, V(0)});
                spread.add(n, 0, sums.second());
            }
        }
        return spread;
    }
};

// The loops over rows. All comes by value, because a captured variable would be read anew after each store.

template <class V, class T>
STRATA_INLINE inline void normalize_rows(RowExtent e, const T* x, T* y, const T* weight, const T* bias,
                                         KeptMoments<T> kept, T eps) {
    const Size weights = e.size / e.inner;  // of a row
    const Stretch<V> all(e.size), run(e.inner);
    const T inverse = 1 / static_cast<T>(e.size);
    RowStatistics<V> statistics;
    Size first = 0;  // weight of the row
    for (Size row = 0, rows; row < e.rows; row += rows) {
        rows = e.rows - row < V::width ? e.rows - row : V::width;
        statistics.measure(x, rows, all, inverse, e.centred, eps, kept, row);
        for (Size i = 0; i < rows; ++i, x += e.size, y += e.size) {
            const Moments<T> moments = statistics.row(i);
            const Line<T> line = norm_line<T>(moments, nullptr, nullptr);
            if (weight == nullptr)
                map_run(all, line, y, x);
            else if (e.inner == 1 && bias == nullptr)
                map_run(all, WeightedLine<T>{line}, y, x, weight + first);
            else if (e.inner == 1)
                map_run(all, WeightedLine<T>{line}, y, x, weight + first, bias + first);
            else
                for (Size k = 0; k < weights; ++k)
                    map_run(
                        run,
                        norm_line(moments, weight + first + k, bias == nullptr ? nullptr : bias + first + k),
                        y + k * e.inner, x + k * e.inner);
            first = first + weights < e.groups * weights ? first + weights : 0;
        }
    }
}

/// The sums of a row whose runs have a weight each, and its part of the gradients from weight `first` on.
template <class V, class T>
STRATA_INLINE inline GradientSums sums_of_runs(const Stretch<V>& run, Size weights, const T* v, const T* dy,
                                               const T* weight, const Moments<T>& moments,
                                               const ParameterGradients<T>& gradients, Size first) {
    GradientSums result;
    for (Size k = 0; k < weights; ++k) {
        const Size at = k * run.size;
        const GradientSums sums = run_sums(run, GradientTerm<V, T>{dy + at, v + at, V(moments.mean)});
        result.sum += static_cast<double>(weight[first + k]) * sums.sum;
        result.products += static_cast<double>(weight[first + k]) * sums.products;
        gradients.add(first + k, slope_of(moments, sums.sum, sums.products), sums.sum);
    }
    return result;
}

template <class V, class T>
STRATA_INLINE inline void normalize_rows_backward(RowExtent e, const T* v, const T* dy, T* dx,
                                                  const T* weight, KeptMoments<const T> kept,
                                                  ParameterGradients<T> gradients) {
    const Size weights = e.size / e.inner;
    const Stretch<V> all(e.size), run(e.inner);
    const T inverse = 1 / static_cast<T>(e.size);
    RowStatistics<V> statistics;
    typename RowStatistics<V>::Lanes sum, products, tilt, shift;
    Size first = 0, next = 0;  // weights of rows
    const auto behind = [=](Size f) { return f + weights < e.groups * weights ? f + weights : 0; };
    constexpr Size samples_together = 64;  // as long as they lie in the cache
    const Size block = samples_together * e.groups;
    for (Size row = 0, rows, done = 0; row < e.rows; row += rows) {
        if (row == done) {
            done = e.rows - row < block ? e.rows : row + block;
            if (weight != nullptr && e.inner == 1)
                add_gradients_of_columns<V>(e, v, dy, kept, row / e.groups, done / e.groups, gradients);
        }
        rows = done - row < V::width ? done - row : V::width;
        statistics.read(kept, row, rows);
        for (Size i = 0; i < rows; ++i, first = behind(first)) {
            const Moments<T> moments = statistics.row(i);
            const V mean(moments.mean);
            const T *from = v + (row + i) * e.size, *gradient = dy + (row + i) * e.size;
            const GradientSums sums =
                weight == nullptr ? run_sums(all, GradientTerm<V, T>{gradient, from, mean})
                : e.inner == 1
                    ? run_sums(all, WeightedTerm<V, T>{gradient, from, weight + first, mean})
                    : sums_of_runs(run, weights, from, gradient, weight, moments, gradients, first);
            sum.of[i] = static_cast<T>(sums.sum), products.of[i] = static_cast<T>(sums.products);
        }
        if (dx == nullptr) continue;
        const V rstd = statistics.rstd.pack();
        const strata::detail::NormGradient<V> line_of_rows(V(inverse), rstd, weight == nullptr ? V(1) : rstd,
                                                           statistics.rest.pack(), sum.pack(),
                                                           products.pack(), e.centred);
        line_of_rows.tilt.store(tilt.of);
        line_of_rows.shift.store(shift.of);
        for (Size i = 0; i < rows; ++i, next = behind(next)) {
            const Size at = (row + i) * e.size;
            Line<T> line{statistics.mean.of[i], tilt.of[i], shift.of[i], statistics.rstd.of[i]};
            if (weight == nullptr) {
                map_run(all, line, dx + at, v + at, dy + at);
            } else if (e.inner == 1) {
                map_run(all, WeightedGradientLine<T>{line}, dx + at, v + at, dy + at, weight + next);
            } else {
                for (Size k = 0; k < weights; ++k) {
                    line.slope = statistics.rstd.of[i] * weight[next + k];
                    const Size begin = at + k * e.inner;
                    map_run(run, line, dx + begin, v + begin, dy + begin);
                }
            }
        }
    }
}

}  // namespace normalization

struct RowNormalizationOperations {
    /// y = (x - mean) / sqrt(variance + eps) weight + bias, with the mean and the variance of each row, which
    /// are kept. `bias`, or both, may be null.
    template <class T>
    static void normalize_rows(RowExtent e, const T* x, T* y, const T* weight, const T* bias,
                               KeptMoments<T> kept, double eps);

    /// dx unless it is null, and the gradients of weight and bias as far as there are some. `v` is x; without
    /// a weight it is y.
    template <class T, class... Gradients>
    static void normalize_rows_backward(RowExtent e, const T* v, const T* dy, T* dx, const T* weight,
                                        KeptMoments<const T> kept, Gradients... gradients);
};

template <class T>
void RowNormalizationOperations::normalize_rows(RowExtent e, const T* x, T* y, const T* weight, const T* bias,
                                                KeptMoments<T> kept, double eps) {
    vectorized<T>([&](auto width) {
        normalization::normalize_rows<Pack<T, decltype(width)::value>>(e, x, y, weight, bias, kept,
                                                                       static_cast<T>(eps));
    });
}

template <class T, class... Gradients>
void RowNormalizationOperations::normalize_rows_backward(RowExtent e, const T* v, const T* dy, T* dx,
                                                         const T* weight, KeptMoments<const T> kept,
                                                         Gradients... gradients) {
    const normalization::ParameterGradients<T> sums(gradients...);
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        normalization::normalize_rows_backward<V>(e, v, dy, dx, weight, kept, sums);
    });
}

#ifdef STRATA_INSTANCE
STRATA_INSTANCE void RowNormalizationOperations::normalize_rows(RowExtent, const float*, float*, const float*,
                                                                const float*, KeptMoments<float>, double);
#endif

}  // namespace strata::cpu
