#pragma once
// The shape of an attention over several heads, for layers and backends.

#include <strata/core/math.hpp>

namespace strata {

/// Queries that look at keys, head by head.
struct AttentionShape {
    Size batch, heads, queries, keys, head_size;
    bool causal = false;  ///< query i sees the keys 0 .. i
    double dropout = 0;   ///< of the probabilities, in [0, 1]

    /// Of all samples and heads: (batch, heads, queries, keys).
    constexpr Size probabilities() const { return batch * heads * queries * keys; }
};

/// Vectors (batch, positions, heads, head_size), heads side by side: `sample` and `row` elements apart.
template <class T>
struct HeadsView {
    T* data;
    Size sample, row;
};

namespace detail {

/// A dropped probability is kept with a minus sign, so that the mask needs no memory. (One that is 0 needs
/// none: whatever the mask, it takes no part.) The mask becomes what multiplies the values.
struct DropProbability {
    template <class V>
    STRATA_HOST_DEVICE void operator()(V& p, V& mask) const {
        using namespace math;
        const V used = p * mask;
        p = select(mask > V(0), p, -p);
        mask = used;
    }
};

/// What multiplied the values, from what was kept.
struct UsedProbability {
    double scale;  ///< 1 / (1 - dropout)
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& kept) const {
        using namespace math;
        return select(kept < V(0), V(0), kept * V(scale));
    }
};

/// The gradient of a probability from that of what multiplied the values, and the probability itself again.
struct UndropGradient {
    double scale;
    template <class V>
    STRATA_HOST_DEVICE void operator()(V& kept, V& gradient) const {
        using namespace math;
        gradient = select(kept < V(0), V(0), gradient * V(scale));
        kept = abs(kept);
    }
};

}  // namespace detail
}  // namespace strata
