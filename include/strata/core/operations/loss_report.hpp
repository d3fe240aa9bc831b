#pragma once
// The report of a loss in the device's memory: its value, and whether the batch was refused. A device that
// works behind the host's back cannot throw; the host looks here when it asks for the value.

#include <cstdint>
#include <strata/core/config.hpp>

namespace strata {

/// The value of a loss, and what it is made of, so that the losses of batches add up to the loss of all of them
/// in one batch. It converts to a number, and a number to it: a loss that reports no more than a number is taken
/// for a mean over samples.
struct LossValue {
    enum class Kind : Size {
        mean_of_samples,  ///< `sum` is the value, and each sample counts alike
        sum_of_samples,   ///< `sum` is the value, and is divided by nothing
        quotient          ///< sum / divisor, such as a weighted mean
    };

    double sum = 0;
    double divisor = 1;
    Kind kind = Kind::mean_of_samples;

    constexpr LossValue() = default;
    STRATA_HOST_DEVICE constexpr LossValue(double mean) : sum(mean) {}
    STRATA_HOST_DEVICE constexpr LossValue(double the_sum, double the_divisor)
        : sum(the_sum), divisor(the_divisor), kind(Kind::quotient) {}
    STRATA_HOST_DEVICE static constexpr LossValue of_sum(double the_sum) {
        LossValue value(the_sum);
        value.kind = Kind::sum_of_samples;
        return value;
    }

    /// NaN where nothing counts, as in PyTorch.
    STRATA_HOST_DEVICE constexpr operator double() const {
        return kind == Kind::quotient ? sum / divisor : sum;
    }
    /// Whether it is a mean of nothing: all targets are ignored, or weigh 0.
    STRATA_HOST_DEVICE constexpr bool nothing_counts() const {
        return kind == Kind::quotient && divisor == 0;
    }

    /// What a batch of so many samples adds to the sum of several batches, and to what that is divided by.
    STRATA_HOST_DEVICE constexpr double sum_for(Size samples) const {
        return kind == Kind::mean_of_samples ? sum * static_cast<double>(samples) : sum;
    }
    STRATA_HOST_DEVICE constexpr double divisor_for(Size samples) const {
        return kind == Kind::quotient ? divisor : static_cast<double>(samples);
    }
};

struct LossReport {
    /// In `refused`: the loss is not a finite number, and training stops.
    static constexpr Size not_finite = ~Size(0);
    /// In `refused`: a gradient is not a finite number, though the loss is.
    static constexpr Size gradient_not_finite = ~Size(0) - 1;
    /// In `refused`: no target counts, so that their mean is none, and training stops.
    static constexpr Size nothing_counts = ~Size(0) - 2;
    /// In `refused`: a prediction that should be a probability lies outside of [0, 1].
    static constexpr Size no_probability = ~Size(0) - 3;

    LossValue value = {};  ///< as the loss reduces it
    Size correct = 0;      ///< positions whose largest output is that of their class, where that was counted
    Size refused = 0;      ///< 0: the batch is fine; else 1 + the index of the first label out of range
    std::int64_t label = 0;    ///< that label
    Size classes = 0;          ///< labels lie in [0, classes)
    double refused_value = 0;  ///< the value that was not finite, or no probability
    bool leave_out = false;    ///< gradients overflowed in half precision: this step changes no parameters
    Size counted = 0;          ///< positions whose class index counts, where `correct` was counted
    bool no_update = false;    ///< gradients are added up over batches: this step changes no parameters
};

/// Where the value of a loss comes from when somebody asks for it: it is here, or is read from the device.
struct LossSource {
    double value = 0;
    LossReport (*read)(const void* device, LossReport* report) = nullptr;
    const void* device = nullptr;
};

namespace detail {

/// What the device is told without waiting for it: the value travels with the call.
template <class V>
struct Store {
    V* to;
    V value;

    STRATA_HOST_DEVICE void operator()() const { *to = value; }
};

}  // namespace detail
}  // namespace strata
