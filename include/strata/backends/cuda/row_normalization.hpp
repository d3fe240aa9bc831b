#pragma once
// Normalisation of rows, each by its own mean and variance, and its gradients: a warp per row, or a block
// where rows are long. An element is read for the last time by the thread that then writes it, so that
// results may take the place of operands.

#include <strata/backends/cuda/channel_sums.hpp>
#include <strata/core/math.hpp>

namespace strata::cuda {

namespace detail {

/// The statistics of one channel or row.
template <class T>
struct Moments {
    T mean = 0, rest = 0;  ///< the mean is their sum
    T rstd = 1;

    /// The i-th of what is kept.
    template <class U>
    STRATA_DEVICE Moments(const KeptMoments<U>& kept, Size i) : rstd(kept.rstd[i]) {
        if (kept.mean == nullptr) return;
        mean = kept.mean[i];
        rest = kept.rest[i];
    }
    STRATA_DEVICE Moments(double exact_mean, double variance, double eps)
        : mean(static_cast<T>(exact_mean)), rest(static_cast<T>(exact_mean - static_cast<double>(mean))),
          rstd(static_cast<T>(1 / math::sqrt(variance + eps))) {}

    STRATA_DEVICE void keep(const KeptMoments<T>& kept, Size i) const {
        if (kept.rstd != nullptr) kept.rstd[i] = rstd;
        if (kept.mean == nullptr) return;
        kept.mean[i] = mean;
        kept.rest[i] = rest;
    }
    STRATA_DEVICE T normalized(T x) const { return (x - mean) * rstd - rest * rstd; }
};

/// The weights of a row's elements.
struct RowWeights {
    Size first, inner;
    STRATA_DEVICE RowWeights(const RowExtent& e, Size row)
        : first((row - quotient(row, e.groups) * e.groups) * quotient(e.size, e.inner)), inner(e.inner) {}
    STRATA_DEVICE Size of(Size i) const { return first + (inner == 1 ? i : quotient(i, inner)); }
};

template <class T>
struct NormalizeRow {
    RowExtent e;
    const T* x;
    T* y;
    const T *weight, *bias;
    KeptMoments<T> kept;
    double eps;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size row) const {
        const T* const from = x + row * e.size;
        T* const to = y + row * e.size;
        const double n = static_cast<double>(e.size);
        double mean = 0;
        if (e.centred) mean = group.sum(e.size, [&](Size i) { return static_cast<double>(from[i]); }) / n;
        const double squares = group.sum(e.size, [&](Size i) {
            const double distance = static_cast<double>(from[i]) - mean;
            return distance * distance;
        });
        const Moments<T> moments(mean, squares / n, eps);
        if (group.leads()) moments.keep(kept, row);
        const RowWeights weights(e, row);
        group.for_each(e.size, [&](Size i) {
            T value = moments.normalized(from[i]);
            if (weight != nullptr) value *= weight[weights.of(i)];
            if (bias != nullptr) value += bias[weights.of(i)];
            to[i] = value;
        });
    }
};

template <class T>
struct NormalizeRowBackward {
    RowExtent e;
    const T *v, *dy;
    T* dx;
    const T* weight;
    KeptMoments<const T> kept;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size row) const {
        const T *const from = v + row * e.size, *const gradients = dy + row * e.size;
        T* const to = dx + row * e.size;
        const RowWeights weights(e, row);
        const Moments<T> moments(kept, row);
        const auto gradient = [&](Size i) {
            return weight == nullptr ? gradients[i] : gradients[i] * weight[weights.of(i)];
        };
        const double sum = group.sum(e.size, [&](Size i) { return static_cast<double>(gradient(i)); });
        const double products = group.sum(e.size, [&](Size i) {
            return static_cast<double>(gradient(i)) * static_cast<double>(from[i] - moments.mean);
        });
        const double rstd = static_cast<double>(moments.rstd);
        const strata::detail::NormGradient<double> g(
            1 / static_cast<double>(e.size), rstd, weight == nullptr ? 1 : rstd,
            static_cast<double>(moments.rest), sum, products, e.centred);
        const T slope = static_cast<T>(g.slope), tilt = static_cast<T>(g.tilt),
                shift = static_cast<T>(g.shift);
        group.for_each(
            e.size, [&](Size i) { to[i] = slope * gradient(i) + (tilt * (from[i] - moments.mean) + shift); });
    }
};

/// dy, and dy x^, for sums over the elements that share a weight.
template <class T>
struct RowGradientTerm {
    Size groups, weights;  ///< of a sample, of a row
    const T *x, *dy;
    KeptMoments<const T> kept;

    STRATA_DEVICE double first(const ChannelPlace& place) const { return static_cast<double>(dy[place.at]); }
    STRATA_DEVICE double second(const ChannelPlace& place) const {
        const Moments<T> moments(kept, place.sample * groups + quotient(place.channel, weights));
        return static_cast<double>(dy[place.at]) * static_cast<double>(moments.normalized(x[place.at]));
    }
};

/// Where the gradients of weight and bias go; without a bias its pointer is null.
template <class T>
struct StoreGradients {
    T *weight, *bias;
    bool add_to_weight, add_to_bias;

    STRATA_DEVICE void operator()(Size k, double sum, double products) const {
        weight[k] = static_cast<T>((add_to_weight ? static_cast<double>(weight[k]) : 0) + products);
        if (bias != nullptr) bias[k] = static_cast<T>((add_to_bias ? static_cast<double>(bias[k]) : 0) + sum);
    }
};
template <class T, class DWeight>
StoreGradients<T> store_gradients(DWeight dweight) {
    return {dweight.data, nullptr, dweight.accumulate, false};
}
template <class T, class DWeight, class DBias>
StoreGradients<T> store_gradients(DWeight dweight, DBias dbias) {
    return {dweight.data, dbias.data, dweight.accumulate, dbias.accumulate};
}

}  // namespace detail

class RowNormalizationOperations : public virtual Queue {
public:
    /// y = (x - mean) / sqrt(variance + eps) weight + bias, with the mean and the variance of each row, which
    /// are kept. `bias`, or both, may be null.
    template <class T>
    void normalize_rows(RowExtent e, const T* x, T* y, const T* weight, const T* bias, KeptMoments<T> kept,
                        double eps) const {
        for_each_row(e, detail::NormalizeRow<T>{e, x, y, weight, bias, kept, eps});
    }

    /// dx unless it is null, and the gradients of weight and bias as far as there are some. `v` is x; without
    /// a weight it is y.
    template <class T, class... Gradients>
    void normalize_rows_backward(RowExtent e, const T* v, const T* dy, T* dx, const T* weight,
                                 KeptMoments<const T> kept, Gradients... gradients) const {
        if constexpr (sizeof...(Gradients) > 0) {
            const Size weights = e.size / e.inner;
            const ChannelExtent extent{e.rows / e.groups, e.groups * weights, e.inner};
            detail::sum_channels(*this, extent, detail::RowGradientTerm<T>{e.groups, weights, v, dy, kept},
                                 detail::store_gradients<T>(gradients...));
        }
        if (dx != nullptr) for_each_row(e, detail::NormalizeRowBackward<T>{e, v, dy, dx, weight, kept});
    }

private:
    template <class F>
    void for_each_row(const RowExtent& e, const F& f) const {
        constexpr Size long_row = 1024;
        if (e.size > long_row)
            for_each_block(e.rows, f);
        else
            for_each_warp(e.rows, f);
    }
};

}  // namespace strata::cuda
