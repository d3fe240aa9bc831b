#pragma once
// Random tensors on the host, from the default generator, in PyTorch's order.

#include <strata/core/config.hpp>
#include <strata/random/distributions.hpp>

namespace strata::cpu {

struct RandomOperations {
    /// mask[i] = 1 / (1 - p) with probability 1 - p, else 0: what dropout multiplies with.
    template <class T>
    static void dropout_mask(T* mask, Size n, double p) {
        bernoulli_(mask, n, 1 - p, default_generator());
        const T scale = p < 1 ? T(1) / static_cast<T>(1 - p) : T(0);
        for (Size i = 0; i < n; ++i) mask[i] *= scale;
    }
};

}  // namespace strata::cpu
