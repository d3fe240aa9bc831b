#pragma once
// The words of normalising layers and the backends: how a batch falls into channels or rows, and where their
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

/// Where the statistics of channels or rows lie, one after the other. Without `mean` it is 0, without `rstd`
/// nothing is kept.
template <class T>
struct KeptMoments {
    T* mean = nullptr;
    T* rest = nullptr;
    T* rstd = nullptr;
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

/// dx = slope g + tilt (v - mean) + shift, from the sums of g and of g (v - mean), where g = dy weight;
/// `inverse` is 1 over their number. `v` is x, or x^ where the layer keeps its output: then `scale` is 1,
/// else 1 / std, what makes x^ of v - mean.
template <class V>
struct NormGradient {
    V slope, tilt, shift;

    STRATA_HOST_DEVICE NormGradient(const V& inverse, const V& rstd, const V& scale, const V& rest,
                                    const V& sum, const V& products, bool centred)
        : slope(rstd), tilt(-rstd * scale * scale * ((products - rest * sum) * inverse)),
          shift(-tilt * rest - (centred ? rstd * (sum * inverse) : V(0))) {}
};

}  // namespace detail
}  // namespace strata
