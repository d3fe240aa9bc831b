#pragma once
// Sums of an element and all before it, along one extent, and their gradient: a loop along the extent, for
// neighbours of the inner extent at once.

#include <strata/core/operations/class_extent.hpp>

namespace strata::cpu {

namespace detail {

/// out[k] = in[0] + ... + in[k] along the extent, or with `from_end` in[k] + ... + in[last]. They may be the
/// same memory.
template <class T>
void running_sums(ClassExtent e, const T* in, T* out, bool from_end) {
    constexpr Size most = 32;  // that are summed side by side
    for (Size o = 0; o < e.outer; ++o)
        for (Size first = 0; first < e.inner; first += most) {
            const Size lanes = e.inner - first < most ? e.inner - first : most;
            double sum[most] = {};
            for (Size k = 0; k < e.classes; ++k) {
                const Size place = from_end ? e.classes - 1 - k : k;
                const Size at = (o * e.classes + place) * e.inner + first;
                for (Size i = 0; i < lanes; ++i)
                    out[at + i] = static_cast<T>(sum[i] += static_cast<double>(in[at + i]));
            }
        }
}

}  // namespace detail

struct ScanOperations {
    /// y[k] = x[0] + ... + x[k] along the extent, accumulated in double; y may be x.
    template <class T>
    static void cumsum(ClassExtent e, const T* x, T* y) {
        detail::running_sums(e, x, y, false);
    }

    /// dx[k] = dy[k] + ... + dy[last]
    template <class T>
    static void cumsum_backward(ClassExtent e, const T* dy, T* dx) {
        detail::running_sums(e, dy, dx, true);
    }
};

}  // namespace strata::cpu
