#pragma once
// Norms of what lies in memory, and vectors that are shortened to one. The norm stays in the device's memory.

#include <cmath>
#include <strata/backends/cuda/sums.hpp>
#include <strata/core/operations/norm.hpp>

namespace strata::cuda {

namespace detail {

template <class T>
struct SquareOf {
    const T* x;
    STRATA_DEVICE double operator()(Size i) const {
        const double value = static_cast<double>(x[i]);
        return value * value;
    }
};
struct StoreRoot {
    double* norm;
    STRATA_DEVICE void operator()(double sum) const { *norm = std::sqrt(sum); }
};

/// out[chunk] = the largest |x[i]| of the chunk, NaN where there is one
template <class T>
struct LargestOfChunk {
    const T* x;
    Size n, size;
    double* out;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size chunk) const {
        const Size begin = chunk * size, left = n - begin;
        const double largest = group.max(left < size ? left : size, 0.0, [&](Size i) {
            const double value = static_cast<double>(x[begin + i]);
            return value < 0 ? -value : value;
        });
        if (group.leads()) out[chunk] = largest;
    }
};

template <class T>
struct ScaleToNorm {
    T* x;
    const double* norm;
    double most;

    STRATA_DEVICE void operator()(Size i) const {
        strata::detail::ScaleUnlessZero{strata::detail::factor_to_norm(*norm, most)}(x[i]);
    }
};

}  // namespace detail

class NormOperations : public virtual Queue {
public:
    /// *norm = sqrt(x[0]² + x[1]² + ...), in double; 0 for n = 0, NaN where a number is.
    template <class T>
    void norm(const T* x, Size n, double* norm) const {
        detail::total(*this, n, detail::SquareOf<T>{x}, detail::StoreRoot{norm});
    }

    /// *norm = the largest |x[i]|; 0 for n = 0, NaN where a number is.
    template <class T>
    void largest_norm(const T* x, Size n, double* norm) const {
        const detail::Chunks chunks(n);
        if (chunks.count == 1) return for_each_block(1, detail::LargestOfChunk<T>{x, n, n, norm});
        double* const partials = detail::scratch(*this).partials.of(chunks.count);
        for_each_block(chunks.count, detail::LargestOfChunk<T>{x, n, chunks.size, partials});
        for_each_block(1, detail::LargestOfChunk<double>{partials, chunks.count, chunks.count, norm});
    }

    /// x *= min(1, most / (*norm + 1e-6)), as clip_grad_norm_; zeros stay zeros
    template <class T>
    void scale_to_norm(T* x, Size n, const double* norm, double most) const {
        for_each_index(n, detail::ScaleToNorm<T>{x, norm, most});
    }
};

}  // namespace strata::cuda
