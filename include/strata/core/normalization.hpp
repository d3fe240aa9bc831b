#pragma once
// What normalising layers and the backends share: how a batch falls into channels or rows, and where their
// statistics lie.
//
// x^ = (x - mean) / std, with 1 / std = 1 / sqrt(variance + eps). A mean is kept as two numbers, the rounded
// one and the rest: x - mean is then as good where the mean is a thousand times the deviation.

#include <strata/core/config.hpp>

namespace strata {

/// A batch as (batch, channels, inner). A channel has batch * inner elements.
struct ChannelExtent {
    Size batch, channels, inner;
};

/// A batch as rows of `size` elements, `groups` rows to a sample. Weight k, of groups * size / inner, belongs
/// to the elements [k inner, (k + 1) inner) of each sample.
struct RowExtent {
    Size rows, groups, size, inner;
    bool centred = true;  ///< false: the mean is taken to be 0 (RMSNorm)
};

/// Where the statistics of channels or rows lie: those of the i-th at i * step. Without `mean` it is 0;
/// without `rstd` nothing is kept.
template <class T>
struct KeptMoments {
    T* mean = nullptr;
    T* rest = nullptr;
    T* rstd = nullptr;
    Size step = 1;
};

/// The averages that inference uses. Without `mean` there are none; a momentum that is NaN stands for
/// 1 / batches, the average of all batches so far.
template <class T>
struct RunningStatistics {
    T* mean = nullptr;
    T* variance = nullptr;
    T* batches = nullptr;
    double momentum = 0;
};

namespace detail {

/// dx = slope g + tilt (v - mean) + shift, from the sums of g and of g (v - mean), where g = dy weight. `v` is
/// x, or x^ where the layer keeps its output: then `scale`, else 1 / std, makes x^ of it.
struct NormGradient {
    double slope, tilt, shift;

    STRATA_HOST_DEVICE NormGradient(double count, double rstd, double scale, double rest, double sum,
                                    double sum_of_products, bool centred)
        : slope(rstd), tilt(-rstd * scale * scale * (sum_of_products - rest * sum) / count),
          shift(-tilt * rest - (centred ? rstd * sum / count : 0)) {}
};

}  // namespace detail
}  // namespace strata
