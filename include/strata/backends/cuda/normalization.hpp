#pragma once
// Normalisation of channels by the mean and variance of the whole batch, and its gradients. Normalisation of
// rows is in row_normalization.hpp.

#include <strata/backends/cuda/map.hpp>
#include <strata/backends/cuda/row_normalization.hpp>

namespace strata::cuda {

namespace detail {

/// The distances of a channel's elements from its first one, and their squares.
template <class T>
struct DistanceTerm {
    const T* x;
    Size inner;

    STRATA_DEVICE double origin(Size channel) const { return static_cast<double>(x[channel * inner]); }
    STRATA_DEVICE double first(const ChannelPlace& place) const {
        return static_cast<double>(x[place.at]) - origin(place.channel);
    }
    STRATA_DEVICE double second(const ChannelPlace& place) const {
        const double distance = first(place);
        return distance * distance;
    }
};

/// What is made of these sums: the channel's statistics, and the running averages.
template <class T>
struct StoreMoments {
    DistanceTerm<T> term;
    double count, eps;
    KeptMoments<T> kept;
    RunningStatistics<T> running;

    STRATA_DEVICE void operator()(Size c, double sum, double squares) const {
        const double shift = sum / count, mean = term.origin(c) + shift;
        const double rest = squares - shift * sum, spread = rest < 0 ? 0 : rest;
        Moments<T>(mean, spread / count, eps).keep(kept, c);
        if (running.mean == nullptr) return;
        const double momentum = strata::detail::is_nan(running.momentum)
                                    ? 1 / static_cast<double>(*running.batches)
                                    : running.momentum;
        blend(running.mean[c], momentum, mean);
        blend(running.variance[c], momentum, spread / (count - 1));
    }
    STRATA_DEVICE static void blend(T& average, double momentum, double value) {
        average = static_cast<T>(momentum * value + (1 - momentum) * static_cast<double>(average));
    }
};

template <class T>
struct CountBatch {
    T* batches;
    STRATA_DEVICE void operator()() const { *batches += 1; }
};

/// y = x^ weight + bias
template <class T>
struct NormalizeChannels {
    ChannelExtent e;
    const T* x;
    T* y;
    const T *weight, *bias;
    KeptMoments<const T> kept;

    STRATA_DEVICE void operator()(Size i) const {
        const Size run = quotient(i, e.inner), c = run - quotient(run, e.channels) * e.channels;
        T value = Moments<T>(kept, c).normalized(x[i]);
        if (weight != nullptr) value *= weight[c];
        if (bias != nullptr) value += bias[c];
        y[i] = value;
    }
};
/// The same with a mean and a variance that are known.
template <class T>
struct NormalizeByVariance {
    ChannelExtent e;
    const T* x;
    T* y;
    const T *weight, *bias, *mean, *variance;
    double eps;

    STRATA_DEVICE void operator()(Size i) const {
        const Size run = quotient(i, e.inner), c = run - quotient(run, e.channels) * e.channels;
        const T rstd = 1 / math::sqrt(static_cast<T>(static_cast<double>(variance[c]) + eps));
        T value = (x[i] - mean[c]) * rstd;
        if (weight != nullptr) value *= weight[c];
        if (bias != nullptr) value += bias[c];
        y[i] = value;
    }
};

/// dy, and dy (v - mean)
template <class T>
struct ChannelGradientTerm {
    const T *v, *dy, *mean;
    STRATA_DEVICE double first(const ChannelPlace& place) const { return static_cast<double>(dy[place.at]); }
    STRATA_DEVICE double second(const ChannelPlace& place) const {
        const T distance = mean == nullptr ? v[place.at] : v[place.at] - mean[place.channel];
        return static_cast<double>(dy[place.at]) * static_cast<double>(distance);
    }
};
template <class T>
struct StoreChannelSums {
    T* sums;
    Size channels;
    STRATA_DEVICE void operator()(Size c, double sum, double products) const {
        sums[c] = static_cast<T>(sum);
        sums[channels + c] = static_cast<T>(products);
    }
};
template <class T>
struct StoreChannelGradients {
    StoreChannelSums<T> sums;
    KeptMoments<const T> kept;
    StoreGradients<T> gradients;
    STRATA_DEVICE void operator()(Size c, double sum, double products) const {
        sums(c, sum, products);
        const Moments<T> moments(kept, c);
        gradients(c, sum,
                  static_cast<double>(moments.rstd) * (products - static_cast<double>(moments.rest) * sum));
    }
};

template <class T>
struct NormalizeChannelsBackward {
    ChannelExtent e;
    const T *v, *dy;
    T* dx;
    const T* weight;
    KeptMoments<const T> kept;
    const T* sums;
    T inverse;

    STRATA_DEVICE void operator()(Size i) const {
        const Size run = quotient(i, e.inner), c = run - quotient(run, e.channels) * e.channels;
        const Moments<T> moments(kept, c);
        const strata::detail::NormGradient<T> g(inverse, moments.rstd,
                                                weight == nullptr ? T(1) : moments.rstd, moments.rest,
                                                sums[c], sums[e.channels + c], true);
        const T value = g.slope * dy[i] + (g.tilt * (v[i] - moments.mean) + g.shift);
        dx[i] = weight == nullptr ? value : value * weight[c];
    }
};

}  // namespace detail

class NormalizationOperations : public virtual Queue {
public:
    /// y = (x - mean) / sqrt(variance + eps) weight + bias, with the mean and the variance of each channel,
    /// which are kept and go into the running averages. `weight` and `bias` are both null or neither.
    template <class T>
    void batch_norm(ChannelExtent e, const T* x, T* y, const T* weight, const T* bias, KeptMoments<T> kept,
                    double eps, RunningStatistics<T> running) const {
        if (e.batch == 0) return;
        if (kept.mean == nullptr || kept.rstd == nullptr) {
            T* const room = numbers<T>(3 * e.channels);
            if (kept.rstd == nullptr) kept.rstd = room + 2 * e.channels;
            if (kept.mean == nullptr) kept.mean = room, kept.rest = room + e.channels;
        }
        if (running.mean != nullptr) once(detail::CountBatch<T>{running.batches});
        const detail::DistanceTerm<T> term{x, e.inner};
        const double count = static_cast<double>(e.batch * e.inner);
        detail::sum_channels(*this, e, term, detail::StoreMoments<T>{term, count, eps, kept, running});
        const KeptMoments<const T> known{kept.mean, kept.rest, kept.rstd};
        for_each_index(e.batch * e.channels * e.inner,
                       detail::NormalizeChannels<T>{e, x, y, weight, bias, known});
    }

    /// The same with a mean and a variance that are known.
    template <class T>
    void normalize_channels(ChannelExtent e, const T* x, T* y, const T* weight, const T* bias, const T* mean,
                            const T* variance, double eps) const {
        for_each_index(e.batch * e.channels * e.inner,
                       detail::NormalizeByVariance<T>{e, x, y, weight, bias, mean, variance, eps});
    }

    /// dx unless it is null, and the gradients of weight and bias if there are some. `v` is x; without a
    /// weight it is y.
    template <class T, class... Gradients>
    void batch_norm_backward(ChannelExtent e, const T* v, const T* dy, T* dx, const T* weight,
                             KeptMoments<const T> kept, Gradients... gradients) const {
        if (e.batch == 0) return (clear(gradients), ...);
        const detail::ChannelGradientTerm<T> term{v, dy, kept.mean};
        const detail::StoreChannelSums<T> sums{numbers<T>(2 * e.channels), e.channels};
        if constexpr (sizeof...(Gradients) > 0) {
            const detail::StoreGradients<T> stored = detail::store_gradients<T>(gradients...);
            detail::sum_channels(*this, e, term, detail::StoreChannelGradients<T>{sums, kept, stored});
        } else {
            detail::sum_channels(*this, e, term, sums);
        }
        if (dx == nullptr) return;
        const T inverse = 1 / static_cast<T>(e.batch * e.inner);
        for_each_index(e.batch * e.channels * e.inner,
                       detail::NormalizeChannelsBackward<T>{e, v, dy, dx, weight, kept, sums.sums, inverse});
    }

private:
    template <class Gradient>
    void clear(Gradient gradient) const {
        using T = typename Gradient::value_type;
        if (!gradient.accumulate) for_each_index(Gradient::size(), detail::Fill<T>{gradient.data, T(0)});
    }
    /// Room for what one kernel leaves to the next.
    template <class T>
    T* numbers(Size size) const {
        return reinterpret_cast<T*>(detail::scratch(*this).workspace.of(size));
    }
};

}  // namespace strata::cuda
