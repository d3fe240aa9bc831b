#pragma once
// Class indices are checked before anything is looked up with them: the weights of those that count are
// summed, and the first one out of range is found. As with the sums of sums.hpp, one kernel does it for a
// batch of ordinary size, and chunks go before it for the pixels of images.

#include <cstdint>
#include <strata/backends/cuda/runtime/queue.hpp>
#include <strata/core/operations/loss_report.hpp>

namespace strata::cuda::detail {

/// What the labels of a batch come to, in device memory.
struct LabelCount {
    double* numbers;

    /// What the mean divides by.
    STRATA_DEVICE double weight() const { return numbers[0]; }
    STRATA_DEVICE bool refused() const { return numbers[1] != 0; }
    static constexpr Size size = 2;
};

struct Labels {
    const std::int64_t* target;
    const double* class_weight;  ///< null: 1 each
    Size count, classes;
    std::int64_t ignore_index;

    STRATA_DEVICE bool counts(std::int64_t label) const {
        return label != ignore_index && label >= 0 && label < static_cast<std::int64_t>(classes);
    }
    STRATA_DEVICE double weight(Size i) const {
        const std::int64_t label = target[i];
        if (!counts(label)) return 0;
        return class_weight != nullptr ? class_weight[label] : 1.0;
    }
    /// 0 for a good label. The first bad one has the largest number of all.
    STRATA_DEVICE double refusal(Size i) const {
        const std::int64_t label = target[i];
        return label == ignore_index || counts(label) ? 0.0 : static_cast<double>(count - i);
    }
};

/// The same for chunks of labels.
struct LabelChunks {
    double *weights, *refusals;

    STRATA_DEVICE double weight(Size i) const { return weights[i]; }
    STRATA_DEVICE double refusal(Size i) const { return refusals[i]; }
};

struct CountLabelChunk {
    Labels labels;
    Size size;
    LabelChunks chunks;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size chunk) const {
        const Size begin = chunk * size, left = labels.count - begin;
        const Size n = left < size ? left : size;
        const double weight = group.sum(n, [&](Size i) { return labels.weight(begin + i); });
        const double refusal = group.max(n, 0.0, [&](Size i) { return labels.refusal(begin + i); });
        if (!group.leads()) return;
        chunks.weights[chunk] = weight;
        chunks.refusals[chunk] = refusal;
    }
};

/// `from` is the labels or their chunks.
template <class From>
struct CountLabels {
    From from;
    Size n;
    const std::int64_t* target;
    Size count, classes;
    LabelCount result;
    LossReport* report;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size) const {
        const double weight = group.sum(n, [&](Size i) { return from.weight(i); });
        const double refusal = group.max(n, 0.0, [&](Size i) { return from.refusal(i); });
        if (!group.leads()) return;
        result.numbers[0] = weight;
        result.numbers[1] = refusal;
        if (refusal == 0 || report->refused != 0) return;  // an earlier refusal is still to be looked at
        const Size first = count - static_cast<Size>(refusal);
        report->refused = 1 + first;
        report->label = target[first];
        report->classes = classes;
    }
};

}  // namespace strata::cuda::detail
