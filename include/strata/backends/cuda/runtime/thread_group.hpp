#pragma once
// Threads that work together on one row, one column or one chunk: a warp, or a block. A function for a group
// is written once; on the host the group is a single thread.
//
//   struct RowSum {
//       const float* x; double* sums; Size columns;
//       template <class Group>
//       STRATA_DEVICE void operator()(const Group& group, Size row) const {
//           const double sum = group.sum(columns, [&](Size i) { return double(x[row * columns + i]); });
//           if (group.leads()) sums[row] = sum;
//       }
//   };
//
// Sums are taken in an order that depends on the group's size alone, so that they have the same bits in every
// run. All threads of a group call its functions together.

#include <strata/backends/cuda/runtime/runtime.hpp>
#include <strata/core/config.hpp>

namespace strata::cuda {

namespace detail {

/// The larger one; NaN where either is.
template <class T>
STRATA_DEVICE inline T larger(T a, T b) {
    return a >= b || a != a ? a : b;
}

}  // namespace detail

#if STRATA_ON_GPU || defined(STRATA_EMULATES_THREADS)  // as tests/backends/cuda_threads_test.cpp does

namespace detail {

template <class T>
__device__ inline T warp_sum(T value) {
    for (int distance = 16; distance > 0; distance /= 2)
        value += __shfl_xor_sync(0xffffffffu, value, distance);
    return value;
}
template <class T>
__device__ inline T warp_max(T value) {
    for (int distance = 16; distance > 0; distance /= 2)
        value = larger(value, __shfl_xor_sync(0xffffffffu, value, distance));
    return value;
}

}  // namespace detail

/// The 32 threads of a warp.
struct WarpGroup {
    static constexpr unsigned size = 32;

    __device__ unsigned rank() const { return threadIdx.x % 32; }
    __device__ bool leads() const { return rank() == 0; }

    /// f(i) for all i < n, shared among the threads.
    template <class F>
    __device__ void for_each(Size n, const F& f) const {
        for (Size i = rank(); i < n; i += 32) f(i);
    }
    /// The sum of f(i) over all i < n, in every thread; of type T, the type that f returns.
    template <class F>
    __device__ auto sum(Size n, const F& f) const {
        decltype(f(n)) partial = 0;
        for (Size i = rank(); i < n; i += 32) partial += f(i);
        return detail::warp_sum(partial);
    }
    /// The largest f(i) over all i < n and `least`, in every thread; NaN where one of them is.
    template <class T, class F>
    __device__ T max(Size n, T least, const F& f) const {
        T partial = least;
        for (Size i = rank(); i < n; i += 32) partial = detail::larger(partial, T(f(i)));
        return detail::warp_max(partial);
    }
    /// What has been written to memory before is seen by the whole group after.
    __device__ void sync() const { __syncwarp(); }
};

/// The threads of a block.
struct BlockGroup {
    static constexpr unsigned shared_size = 33;
    double* shared;  ///< in shared memory

    __device__ unsigned rank() const { return threadIdx.x; }
    __device__ bool leads() const { return threadIdx.x == 0; }

    template <class F>
    __device__ void for_each(Size n, const F& f) const {
        for (Size i = threadIdx.x; i < n; i += blockDim.x) f(i);
    }
    template <class F>
    __device__ auto sum(Size n, const F& f) const {
        decltype(f(n)) partial = 0;
        for (Size i = threadIdx.x; i < n; i += blockDim.x) partial += f(i);
        return combine(detail::warp_sum(partial), decltype(partial)(0),
                       [](auto a) { return detail::warp_sum(a); });
    }
    template <class T, class F>
    __device__ T max(Size n, T least, const F& f) const {
        T partial = least;
        for (Size i = threadIdx.x; i < n; i += blockDim.x) partial = detail::larger(partial, T(f(i)));
        return combine(detail::warp_max(partial), least, [](auto a) { return detail::warp_max(a); });
    }
    __device__ void sync() const { __syncthreads(); }
    /// f(warp, i) for all i < n, shared among the warps.
    template <class F>
    __device__ void for_each_warp(Size n, const F& f) const {
        for (Size i = threadIdx.x / 32; i < n; i += blockDim.x / 32) f(WarpGroup{}, i);
    }

private:
    /// The warps' results become one, in every thread.
    template <class T, class Reduce>
    __device__ T combine(T of_warp, T neutral, const Reduce& reduce) const {
        static_assert(sizeof(T) <= sizeof(double));
        T* const slots = reinterpret_cast<T*>(shared);
        const unsigned warp = threadIdx.x / 32, warps = blockDim.x / 32;
        if (threadIdx.x % 32 == 0) slots[warp] = of_warp;
        __syncthreads();
        if (warp == 0) {
            const T all = reduce(threadIdx.x < warps ? slots[threadIdx.x] : neutral);
            if (threadIdx.x == 0) slots[32] = all;
        }
        __syncthreads();
        const T result = slots[32];
        __syncthreads();  // before the slots are used again
        return result;
    }
};

#else

/// A group of one thread.
struct SingleThread {
    static constexpr unsigned size = 1;
    unsigned rank() const { return 0; }
    bool leads() const { return true; }

    template <class F>
    void for_each(Size n, const F& f) const {
        for (Size i = 0; i < n; ++i) f(i);
    }
    template <class F>
    auto sum(Size n, const F& f) const {
        decltype(f(n)) total = 0;
        for (Size i = 0; i < n; ++i) total += f(i);
        return total;
    }
    template <class T, class F>
    T max(Size n, T least, const F& f) const {
        for (Size i = 0; i < n; ++i) least = detail::larger(least, T(f(i)));
        return least;
    }
    void sync() const {}
};
struct WarpGroup : SingleThread {};
struct BlockGroup : SingleThread {
    template <class F>
    void for_each_warp(Size n, const F& f) const {
        for (Size i = 0; i < n; ++i) f(WarpGroup{}, i);
    }
};

#endif

}  // namespace strata::cuda
