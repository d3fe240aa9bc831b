#pragma once
// The queue of work that a device does in order, and the forms that work has: a function of each index
// (Thrust), a function that a group of threads carries out together (a CUDA kernel), for many groups or for
// one block, and a function that runs once. All other operations are written in these, and in the matrix
// products of multiply.hpp.
//
// Work given to a queue is done later, and is recorded instead while a `RecordedStep` records. On the host it is
// done at once, and recorded work is kept with the arguments it was given, as a GPU keeps it: what has to
// change from step to step lies in device memory in both.

#include <strata/backends/cuda/runtime/context.hpp>
#include <strata/backends/cuda/runtime/thread_group.hpp>

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/system_error.h>
#if STRATA_ON_GPU
#include <thrust/system/cuda/execution_policy.h>
#else
#include <thrust/execution_policy.h>
#endif

namespace strata::cuda {

#if STRATA_ON_GPU

namespace detail {

/// The launch itself reports what is wrong with it; what a kernel does wrong shows at the next wait.
inline void check_launch() { check(cudaGetLastError(), "a kernel launch"); }

template <class F>
__global__ void run_once(F f) {
    f();
}

inline constexpr unsigned threads_per_block = 256;

/// A warp per group.
template <class F>
__global__ void __launch_bounds__(threads_per_block) run_warps(Size groups, F f) {
    const Size warps = Size(gridDim.x) * (threads_per_block / WarpGroup::size);
    for (Size group = (Size(blockIdx.x) * threads_per_block + threadIdx.x) / WarpGroup::size; group < groups;
         group += warps)
        f(WarpGroup{}, group);
}

/// A block per group.
template <class F>
__global__ void __launch_bounds__(threads_per_block) run_blocks(Size groups, F f) {
    __shared__ double shared[BlockGroup::shared_size];
    for (Size group = blockIdx.x; group < groups; group += gridDim.x) f(BlockGroup{shared}, group);
}

/// One group of the largest block that there is.
inline constexpr unsigned threads_of_one_block = 1024;
template <class F>
__global__ void __launch_bounds__(threads_of_one_block, 1) run_one_block(F f) {
    __shared__ double shared[BlockGroup::shared_size];
    f(BlockGroup{shared});
}

inline unsigned blocks_for(Size wanted) {
    constexpr Size most = 1 << 16;
    return static_cast<unsigned>(wanted < most ? wanted : most);
}

}  // namespace detail

#endif

namespace detail {

/// Thrust reports what it finds by exceptions of its own.
template <class Work>
void with_thrust(const Work& work) {
    try {
        work();
    } catch (const thrust::system_error& error) {
        throw DeviceError(message("strata: a kernel launch failed: ", error.what()));
    }
}

}  // namespace detail

/// Where the work of an object goes: to the context that the thread which uses it has on the object's device,
/// the one that was current where the object was made. In another thread than before, it begins after what
/// the object was given there. The virtual base of all operations of `Cuda`.
class Queue {
public:
    Queue() : device_((require(), detail::current_device())), last_(Context::of_this_thread(device_)) {}
    /// Not moved, because an assignment may assign a virtual base more than once.
    Queue(const Queue&) = default;
    Queue& operator=(const Queue&) = default;

    Context& context() const { return *shared_context(); }
    const std::shared_ptr<Context>& shared_context() const {
        const std::shared_ptr<Context>& own = Context::of_this_thread(device_);
        if (last_ != own) take_over(own);
        return own;
    }
    /// Work given from now on begins after what `other` has been given.
    void follow(const Queue& other) const {
        if (other.last_) context().follow(*other.last_);
    }

    /// f(i) for all i < n, in no order. `f` is copied.
    template <class F>
    void for_each_index(Size n, const F& f) const {
        if (n == 0) return;
        const thrust::counting_iterator<Size> first(0);
#if STRATA_ON_GPU
        const cudaStream_t stream = context().stream;
        detail::with_thrust([&] { thrust::for_each_n(thrust::cuda::par_nosync.on(stream), first, n, f); });
#else
        context().add([=] { thrust::for_each_n(thrust::device, first, n, f); });
#endif
        Context::count_launch();
    }

    /// f(group, i) for all i < n, in no order, each by the threads of one warp, or of one block. Every thread
    /// of the group calls `f`, with the same i.
    template <class F>
    void for_each_warp(Size n, const F& f) const {
        if (n == 0) return;
#if STRATA_ON_GPU
        constexpr unsigned warps = detail::threads_per_block / WarpGroup::size;
        detail::run_warps<<<detail::blocks_for((n + warps - 1) / warps), detail::threads_per_block, 0,
                            context().stream>>>(n, f);
        detail::check_launch();
#else
        context().add([=] {
            for (Size i = 0; i < n; ++i) f(WarpGroup{}, i);
        });
#endif
        Context::count_launch();
    }
    template <class F>
    void for_each_block(Size n, const F& f) const {
        if (n == 0) return;
#if STRATA_ON_GPU
        detail::run_blocks<<<detail::blocks_for(n), detail::threads_per_block, 0, context().stream>>>(n, f);
        detail::check_launch();
#else
        context().add([=] {
            for (Size i = 0; i < n; ++i) f(BlockGroup{}, i);
        });
#endif
        Context::count_launch();
    }

    /// f(group), by the threads of a single block.
    template <class F>
    void one_block(const F& f) const {
#if STRATA_ON_GPU
        detail::run_one_block<<<1, detail::threads_of_one_block, 0, context().stream>>>(f);
        detail::check_launch();
#else
        context().add([=] { f(BlockGroup{}); });
#endif
        Context::count_launch();
    }

    /// f(), by a single thread.
    template <class F>
    void once(const F& f) const {
#if STRATA_ON_GPU
        detail::run_once<<<1, 1, 0, context().stream>>>(f);
        detail::check_launch();
#else
        context().add(f);
#endif
        Context::count_launch();
    }

private:
    /// Recorded work needs nothing: whoever records has taken over before.
    [[gnu::cold]] void take_over(const std::shared_ptr<Context>& own) const {
        if (detail::this_thread_records()) return;
        if (last_) own->follow(*last_);
        last_ = own;
    }

    int device_;
    mutable std::shared_ptr<Context> last_;  // also keeps its stream, should its thread be gone
};

}  // namespace strata::cuda
