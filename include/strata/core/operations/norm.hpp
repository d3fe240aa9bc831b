#pragma once
// The arithmetic of norms that devices share.

#include <strata/core/math.hpp>

namespace strata::detail {

/// A term of a sum of squares.
struct Square {
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& x) const {
        return x * x;
    }
};

/// x *= factor; zeros stay zeros, whatever the factor: frozen gradients, and the padding between tensors, which
/// nobody writes again.
struct ScaleUnlessZero {
    double factor;

    template <class V>
    STRATA_HOST_DEVICE void operator()(V& x) const {
        using namespace math;
        x = select(x == V(0), x, x * V(factor));
    }
};

/// What shortens a vector to a norm, and leaves shorter ones as they are: min(1, most / (norm + 1e-6)), NaN if
/// the norm is.
/// Source: torch.nn.utils.clip_grad_norm_.
STRATA_HOST_DEVICE inline double factor_to_norm(double norm, double most) {
    const double factor = most / (norm + 1e-6);
    return factor > 1 ? 1 : factor;
}

}  // namespace strata::detail
