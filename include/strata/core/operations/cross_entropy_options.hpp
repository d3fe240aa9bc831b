#pragma once
// The options of a cross-entropy kernel, the same for every device.

#include <cstdint>
#include <strata/core/config.hpp>

namespace strata {

/// An `ignore_index` that no label has.
inline constexpr std::int64_t nothing_ignored = static_cast<std::int64_t>(~std::uint64_t(0) / 2 + 1);

struct CrossEntropyOptions {
    static constexpr bool may_smooth = false;  ///< a kernel without it is smaller and compiles sooner

    const double* weight = nullptr;  ///< one per class, on the host; not read when weights is 0
    Size weights = 0;
    std::int64_t ignore_index = -100;
    bool mean = true;                ///< divide by the sum of the weights of the samples that count
    bool log_probabilities = false;  ///< the input is log-probabilities already, not logits
};

struct SmoothedCrossEntropyOptions : CrossEntropyOptions {
    static constexpr bool may_smooth = true;
    double label_smoothing = 0;
};

}  // namespace strata
