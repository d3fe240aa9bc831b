#pragma once
// Normalisation of channels by the mean and variance of the whole batch, and its gradients. Normalisation of
// rows is in row_normalization.hpp.

#include <strata/backends/cpu/normalization/channels.hpp>
#include <strata/backends/cpu/row_normalization.hpp>
#include <strata/core/math.hpp>

namespace strata::cpu {

struct NormalizationOperations {
    /// y = (x - mean) / sqrt(variance + eps) weight + bias, with the mean and the variance of each channel,
    /// which are kept and go into the running averages. `weight` and `bias` are both null or neither.
    template <class T>
    static void batch_norm(ChannelExtent e, const T* x, T* y, const T* weight, const T* bias,
                           KeptMoments<T> kept, double eps, RunningStatistics<T> running) {
        if (e.batch == 0) return;
        if (running.mean != nullptr) {
            *running.batches += 1;
            if (strata::detail::is_nan(running.momentum))
                running.momentum = 1 / static_cast<double>(*running.batches);
        }
        vectorized<T>([&](auto width) {
            normalization::for_channels<Pack<T, decltype(width)::value>>(e, [&](auto& channels) {
                channels.spread(x, [&](Size c, const normalization::Spread& spread) {
                    if (running.mean != nullptr) average(running, c, spread);
                    return normalization::norm_line<T>(normalization::keep_moments(kept, c, spread, eps),
                                                       own(weight, c), own(bias, c));
                });
                channels.map(y, x);
            });
        });
    }

    /// The same with a mean and a variance that are known.
    template <class T>
    static void normalize_channels(ChannelExtent e, const T* x, T* y, const T* weight, const T* bias,
                                   const T* mean, const T* variance, double eps) {
        vectorized<T>([&](auto width) {
            normalization::for_channels<Pack<T, decltype(width)::value>>(e, [&](auto& channels) {
                channels.set([&](Size c) {
                    const T rstd = 1 / std::sqrt(static_cast<T>(static_cast<double>(variance[c]) + eps));
                    return normalization::norm_line<T>({mean[c], 0, rstd}, own(weight, c), own(bias, c));
                });
                channels.map(y, x);
            });
        });
    }

    /// dx unless it is null, and the gradients of weight and bias if there are some. `v` is x; without a
    /// weight it is y.
    template <class T, class... Gradients>
    static void batch_norm_backward(ChannelExtent e, const T* v, const T* dy, T* dx, const T* weight,
                                    KeptMoments<const T> kept, Gradients... gradients) {
        const normalization::ParameterGradients<T> parameters(gradients...);
        if (e.batch == 0) return;
        const auto line = [=](Size c, double sum, double products) {
            const normalization::Moments<T> moments = normalization::kept_moments(kept, c);
            parameters.add(c, normalization::slope_of(moments, sum, products), sum);
            const double rstd = static_cast<double>(moments.rstd);
            const strata::detail::NormGradient<double> gradient(
                1 / static_cast<double>(e.batch * e.inner), rstd, weight == nullptr ? 1 : rstd,
                static_cast<double>(moments.rest), sum, products, true);
            const double factor = weight == nullptr ? 1 : static_cast<double>(weight[c]);
            return normalization::Line<T>{moments.mean, static_cast<T>(factor * gradient.tilt),
                                          static_cast<T>(factor * gradient.shift),
                                          static_cast<T>(factor * gradient.slope)};
        };
        vectorized<T>([&](auto width) {
            normalization::for_channels<Pack<T, decltype(width)::value>>(e, [&](auto& channels) {
                channels.sums(dy, v, kept.mean, line);
                if (dx != nullptr) channels.map(dx, v, dy);
            });
        });
    }

private:
    template <class T>
    static const T* own(const T* parameter, Size c) {
        return parameter == nullptr ? nullptr : parameter + c;
    }
    template <class T>
    static void average(RunningStatistics<T> running, Size c, const normalization::Spread& spread) {
        const auto blend = [&](T& average, double value) {
            average = static_cast<T>(running.momentum * value + (1 - running.momentum) * double(average));
        };
        blend(running.mean[c], spread.mean);
        blend(running.variance[c], spread.squares / (spread.count - 1));
    }
};

}  // namespace strata::cpu
