#pragma once
// Sums of an element and all before it, along one extent, and their gradient: a thread goes along the extent, so
// that sums have the same bits in every run, and the CPU's. That is meant for extents of up to some hundreds.

#include <strata/backends/cuda/runtime/division.hpp>
#include <strata/backends/cuda/runtime/queue.hpp>
#include <strata/core/operations/class_extent.hpp>

namespace strata::cuda {

namespace detail {

/// out[k] = in[0] + ... + in[k] along the extent, or with `from_end` in[k] + ... + in[last]. They may be the
/// same memory.
template <class T>
struct RunningSums {
    ClassExtent e;
    const T* in;
    T* out;
    bool from_end;

    STRATA_DEVICE void operator()(Size i) const {
        const Quotient place(i, e.inner);
        const Size begin = place.quotient * e.classes * e.inner + place.rest;
        double sum = 0;
        for (Size k = 0; k < e.classes; ++k) {
            const Size at = begin + (from_end ? e.classes - 1 - k : k) * e.inner;
            out[at] = static_cast<T>(sum += static_cast<double>(in[at]));
        }
    }
};

}  // namespace detail

class ScanOperations : public virtual Queue {
public:
    /// y[k] = x[0] + ... + x[k] along the extent, accumulated in double; y may be x.
    template <class T>
    void cumsum(ClassExtent e, const T* x, T* y) const {
        for_each_index(e.outer * e.inner, detail::RunningSums<T>{e, x, y, false});
    }

    /// dx[k] = dy[k] + ... + dy[last]
    template <class T>
    void cumsum_backward(ClassExtent e, const T* dy, T* dx) const {
        for_each_index(e.outer * e.inner, detail::RunningSums<T>{e, dy, dx, true});
    }
};

}  // namespace strata::cuda
