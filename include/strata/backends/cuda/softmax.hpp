#pragma once
// Softmax and its logarithm along one extent of a tensor seen as (outer, classes, inner), and their
// gradients: a warp per row of classes. An element is read for the last time by the thread that then writes
// it, so that results may take the place of operands.

#include <strata/backends/cuda/runtime/queue.hpp>
#include <strata/core/math.hpp>
#include <strata/core/operations/class_extent.hpp>

namespace strata::cuda {

namespace detail {

template <class T>
inline constexpr T minus_infinity = -static_cast<T>(__builtin_inf());

/// Where the classes of a row begin.
STRATA_DEVICE inline Size row_begin(ClassExtent e, Size row) {
    return e.inner == 1 ? row * e.classes : row / e.inner * e.classes * e.inner + row % e.inner;
}

/// The largest x of a row, and the sum of exp(x - largest), in every thread.
template <class T>
struct SoftmaxTerms {
    T highest, sum;

    template <class Group>
    STRATA_DEVICE SoftmaxTerms(const Group& group, const T* x, Size classes, Size stride) {
        highest = group.max(classes, minus_infinity<T>, [&](Size c) { return x[c * stride]; });
        sum = group.sum(classes, [&](Size c) { return math::exp(x[c * stride] - highest); });
    }
};

template <class T>
struct LogSoftmaxRow {
    ClassExtent e;
    const T* x;
    T* y;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size row) const {
        const Size begin = row_begin(e, row);
        const SoftmaxTerms<T> terms(group, x + begin, e.classes, e.inner);
        const T log_sum = math::log(terms.sum);
        group.for_each(e.classes, [&](Size c) {
            const Size i = begin + c * e.inner;
            y[i] = x[i] - terms.highest - log_sum;
        });
    }
};

template <class T>
struct LogSoftmaxGradientRow {
    ClassExtent e;
    const T *y, *dy;
    T* dx;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size row) const {
        const Size begin = row_begin(e, row);
        const T sum = group.sum(e.classes, [&](Size c) { return dy[begin + c * e.inner]; });
        group.for_each(e.classes, [&](Size c) {
            const Size i = begin + c * e.inner;
            dx[i] = dy[i] - math::exp(y[i]) * sum;
        });
    }
};

template <class T>
struct SoftmaxRow {
    ClassExtent e;
    const T* x;
    T* y;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size row) const {
        const Size begin = row_begin(e, row);
        const SoftmaxTerms<T> terms(group, x + begin, e.classes, e.inner);
        group.for_each(e.classes, [&](Size c) {
            const Size i = begin + c * e.inner;
            y[i] = math::exp(x[i] - terms.highest) / terms.sum;
        });
    }
};

template <class T>
struct SoftmaxGradientRow {
    ClassExtent e;
    const T *y, *dy;
    T* dx;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size row) const {
        const Size begin = row_begin(e, row);
        const T sum = group.sum(e.classes, [&](Size c) {
            const Size i = begin + c * e.inner;
            return y[i] * dy[i];
        });
        group.for_each(e.classes, [&](Size c) {
            const Size i = begin + c * e.inner;
            dx[i] = y[i] * (dy[i] - sum);
        });
    }
};

}  // namespace detail

class SoftmaxOperations : public virtual Queue {
public:
    /// y = x - max - log(sum(exp(x - max)))
    template <class T>
    void log_softmax(ClassExtent e, const T* x, T* y) const {
        for_each_warp(e.outer * e.inner, detail::LogSoftmaxRow<T>{e, x, y});
    }

    /// dx = dy - exp(y) sum(dy)
    template <class T>
    void log_softmax_backward(ClassExtent e, const T* y, const T* dy, T* dx) const {
        for_each_warp(e.outer * e.inner, detail::LogSoftmaxGradientRow<T>{e, y, dy, dx});
    }

    /// y = exp(x - max) / sum(exp(x - max))
    template <class T>
    void softmax(ClassExtent e, const T* x, T* y) const {
        for_each_warp(e.outer * e.inner, detail::SoftmaxRow<T>{e, x, y});
    }

    /// dx = y (dy - sum(y dy))
    template <class T>
    void softmax_backward(ClassExtent e, const T* y, const T* dy, T* dx) const {
        for_each_warp(e.outer * e.inner, detail::SoftmaxGradientRow<T>{e, y, dy, dx});
    }
};

}  // namespace strata::cuda
