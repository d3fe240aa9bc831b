#pragma once
// Mean and variance of many elements, and the straight lines that normalise and take a gradient back.

#include <strata/backends/cpu/normalization/row_sums.hpp>

namespace strata::cpu::normalization {

/// Count, mean and sum of squared distances from it, of blocks put together (Chan, Golub and LeVeque, 1979).
struct Spread {
    double count = 0, mean = 0, squares = 0;

    void add(double n, double block_mean, double block_squares) {
        const double total = count + n, step = block_mean - mean;
        mean += step * (n / total);
        squares += block_squares + step * step * (count * n / total);
        count = total;
    }
    /// n elements whose distances from `center` have these sums.
    void add_sums(double n, double center, double distances, double distances_squared) {
        const double shift = distances / n, block_squares = distances_squared - shift * distances;
        add(n, center + shift, block_squares < 0 ? 0 : block_squares);
    }
};

/// The sums of distances from `center` and of their squares, of one block.
template <class V>
struct BlockDistances {
    using T = typename V::value_type;
    T center, sum, squares;

    /// The same part of `runs` runs, `stride` apart. The center is the first element; where that is far from
    /// the mean, the mean.
    STRATA_INLINE BlockDistances(const T* x, Size runs, Size stride, const Stretch<V>& run, Size begin,
                                 Size end, T inverse)
        : center(x[begin]) {
        constexpr T far = T(0.875);
        for (bool again = true;; again = false) {
            Sums<V> sums;
            for (Size i = 0; i < runs; ++i)
                sums.add(run, begin, end, DistanceTerm<V, T>{x + i * stride, V(center)});
            sum = sums.first(), squares = sums.second();
            if (!again || !(sum * sum * inverse > far * squares)) return;
            center += sum * inverse;
        }
    }
};

/// The statistics of one channel.
template <class T>
struct Moments {
    T mean = 0, rest = 0;  ///< the mean is their sum
    T rstd = 1;
};
template <class T>
inline Moments<T> kept_moments(KeptMoments<const T> kept, Size i) {
    if (kept.mean == nullptr) return {0, 0, kept.rstd[i]};
    return {kept.mean[i], kept.rest[i], kept.rstd[i]};
}
template <class T>
inline Moments<T> keep_moments(KeptMoments<T> kept, Size i, const Spread& spread, double eps) {
    const T mean = static_cast<T>(spread.mean);
    const Moments<T> moments{mean, static_cast<T>(spread.mean - static_cast<double>(mean)),
                             static_cast<T>(1 / std::sqrt(spread.squares / spread.count + eps))};
    if (kept.rstd != nullptr) kept.rstd[i] = moments.rstd;
    if (kept.mean != nullptr) kept.mean[i] = moments.mean, kept.rest[i] = moments.rest;
    return moments;
}

/// tilt (v - center) + shift, and with a gradient + slope g.
template <class T>
struct Line {
    T center = 0, tilt = 0, shift = 0, slope = 0;

    template <class V>
    STRATA_INLINE V operator()(const V& v) const {
        return multiply_add(v - V(center), V(tilt), V(shift));
    }
    template <class V>
    STRATA_INLINE V operator()(const V& v, const V& g) const {
        return multiply_add(g, V(slope), (*this)(v));
    }
};
/// y = x^ weight + bias; null is 1 and 0.
template <class T>
inline Line<T> norm_line(const Moments<T>& moments, const T* weight, const T* bias) {
    const T tilt = weight == nullptr ? moments.rstd : moments.rstd * *weight;
    return {moments.mean, tilt, (bias == nullptr ? 0 : *bias) - tilt * moments.rest, 0};
}

/// The gradient of a weight, from the sums of dy and of dy (x - mean).
template <class T>
inline double slope_of(const Moments<T>& moments, double sum, double products) {
    return static_cast<double>(moments.rstd) * (products - static_cast<double>(moments.rest) * sum);
}

/// The sums of g and of g (v - mean), over a run or more.
struct GradientSums {
    double sum = 0, products = 0;
};
template <class V, class Term>
STRATA_INLINE inline GradientSums run_sums(const Stretch<V>& run, const Term& term) {
    GradientSums result;
    for (Size begin = 0, end; begin < run.size; begin = end) {
        end = block_end(begin, run.size);
        Sums<V> sums;
        sums.add(run, begin, end, term);
        result.sum += static_cast<double>(sums.first());
        result.products += static_cast<double>(sums.second());
    }
    return result;
}

}  // namespace strata::cpu::normalization
