#pragma once
// The queue of work that a device does in order, and the forms that work has: a function of each index
// (Thrust), a function that a group of threads carries out together (a CUDA kernel), for many groups or for
// one block, and a function that runs once. All other operations are written in these, and in the matrix
// products of matmul.hpp.
//
// Work given to a queue is done later, and is recorded instead while a `Graph` records. On the host it is
// done at once, and recorded work is kept with the arguments it was given, as a GPU keeps it: what has to
// change from step to step lies in device memory in both.

#include <functional>
#include <memory>
#include <mutex>
#include <strata/backends/cuda/group.hpp>
#include <strata/backends/cuda/memory.hpp>
#include <vector>

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#if STRATA_ON_GPU
#include <thrust/system/cuda/execution_policy.h>
#else
#include <thrust/execution_policy.h>
#endif

namespace strata::cuda {

/// Where the work goes that a thread gives to the device: one stream, with what the products need beside it.
/// Each host thread has one; models, predictors and trainers made in a thread share it.
class Context {
public:
    Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context();

    static const std::shared_ptr<Context>& of_this_thread() {
        thread_local const std::shared_ptr<Context> context = std::make_shared<Context>();
        return context;
    }

    /// Waits until all the work given so far is done.
    void wait() {
        statistics().synchronizations.fetch_add(1, std::memory_order_relaxed);
#if STRATA_ON_GPU
        check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
#endif
    }
    /// Work given from now on begins after what `other`, perhaps another thread's, has been given so far.
    void follow(Context& other);

    /// Host memory to device memory or back, in order with the other work. Host memory is pinned, and stays
    /// as it is until the copy is done.
    void copy_later(const void* from, void* to, Size bytes) {
#if STRATA_ON_GPU
        check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream), "cudaMemcpyAsync");
#else
        add([=] { std::memcpy(to, from, bytes); });
#endif
        count_launch();
    }

    /// Device memory to host memory, when all the work given so far is done.
    void fetch(const void* from, void* to, Size bytes) {
#if STRATA_ON_GPU
        check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream), "cudaMemcpyAsync");
        wait();
#else
        wait();
        std::memcpy(to, from, bytes);
#endif
    }

    static void count_launch() { statistics().launches.fetch_add(1, std::memory_order_relaxed); }

    /// Things that live as long as the context: the products' handles and workspace, constants.
    template <class T>
    T& attached(std::shared_ptr<void> Context::*slot) {
        if (!(this->*slot)) this->*slot = std::make_shared<T>();
        return *static_cast<T*>((this->*slot).get());
    }
    std::shared_ptr<void> products, constants, random;
    /// Held while the stream records, when no other thread may ask it for an event.
    std::mutex not_recording;

#if STRATA_ON_GPU
    cudaStream_t stream = nullptr;
    cudaEvent_t reached = nullptr;
#else
    using Work = std::function<void()>;
    std::vector<Work>* recording = nullptr;

    template <class F>
    void add(const F& work) {
        if (recording != nullptr)
            recording->emplace_back(work);
        else
            work();
    }
#endif
};

#if STRATA_ON_GPU

inline Context::Context() {
    require();
    check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    check(cudaEventCreateWithFlags(&reached, cudaEventDisableTiming), "cudaEventCreateWithFlags");
}
inline Context::~Context() {  // at the end of a program the runtime may be gone already
    products = constants = random = nullptr;
    (void)cudaEventDestroy(reached);
    (void)cudaStreamDestroy(stream);
}
inline void Context::follow(Context& other) {
    if (&other == this) return;
    const std::lock_guard lock(other.not_recording);
    check(cudaEventRecord(reached, other.stream), "cudaEventRecord");
    check(cudaStreamWaitEvent(stream, reached, 0), "cudaStreamWaitEvent");
}

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
__global__ void __launch_bounds__(threads_of_one_block) run_one_block(F f) {
    __shared__ double shared[BlockGroup::shared_size];
    f(BlockGroup{shared});
}

inline unsigned blocks_for(Size wanted) {
    constexpr Size most = 1 << 16;
    return static_cast<unsigned>(wanted < most ? wanted : most);
}

}  // namespace detail

#else

inline Context::Context() = default;
inline Context::~Context() = default;
inline void Context::follow(Context&) {}

#endif

/// A handle to a context, with the forms of work. The base of `Cuda`.
class Queue {
public:
    Queue() : context_(Context::of_this_thread()) {}

    Context& context() const { return *context_; }

    /// f(i) for all i < n, in no order. `f` is copied.
    template <class F>
    void for_each_index(Size n, const F& f) const {
        if (n == 0) return;
        const thrust::counting_iterator<Size> first(0);
#if STRATA_ON_GPU
        thrust::for_each_n(thrust::cuda::par_nosync.on(context_->stream), first, n, f);
#else
        context_->add([=] { thrust::for_each_n(thrust::device, first, n, f); });
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
                            context_->stream>>>(n, f);
        detail::check_launch();
#else
        context_->add([=] {
            for (Size i = 0; i < n; ++i) f(WarpGroup{}, i);
        });
#endif
        Context::count_launch();
    }
    template <class F>
    void for_each_block(Size n, const F& f) const {
        if (n == 0) return;
#if STRATA_ON_GPU
        detail::run_blocks<<<detail::blocks_for(n), detail::threads_per_block, 0, context_->stream>>>(n, f);
        detail::check_launch();
#else
        context_->add([=] {
            for (Size i = 0; i < n; ++i) f(BlockGroup{}, i);
        });
#endif
        Context::count_launch();
    }

    /// f(group), by the threads of a single block.
    template <class F>
    void one_block(const F& f) const {
#if STRATA_ON_GPU
        detail::run_one_block<<<1, detail::threads_of_one_block, 0, context_->stream>>>(f);
        detail::check_launch();
#else
        context_->add([=] { f(BlockGroup{}); });
#endif
        Context::count_launch();
    }

    /// f(), by a single thread.
    template <class F>
    void once(const F& f) const {
#if STRATA_ON_GPU
        detail::run_once<<<1, 1, 0, context_->stream>>>(f);
        detail::check_launch();
#else
        context_->add(f);
#endif
        Context::count_launch();
    }

private:
    std::shared_ptr<Context> context_;
};

/// Work recorded once and done again with one call.
class Graph {
public:
    Graph() = default;
    Graph(Graph&& other) noexcept { *this = std::move(other); }
    Graph& operator=(Graph&& other) noexcept {
        std::swap(recorded_, other.recorded_);
        return *this;
    }
    ~Graph() { clear(); }

    /// Records what `work` gives to the context; nothing is done yet. If it throws, nothing is recorded.
    template <class F>
    void record(Context& context, const F& work) {
        clear();
        const std::lock_guard lock(context.not_recording);
#if STRATA_ON_GPU
        check(cudaStreamBeginCapture(context.stream, cudaStreamCaptureModeThreadLocal),
              "cudaStreamBeginCapture");
        cudaGraph_t graph = nullptr;
        try {
            work();
        } catch (...) {
            (void)cudaStreamEndCapture(context.stream, &graph);
            if (graph != nullptr) (void)cudaGraphDestroy(graph);
            (void)cudaGetLastError();
            throw;
        }
        check(cudaStreamEndCapture(context.stream, &graph), "cudaStreamEndCapture");
        const cudaError_t code = cudaGraphInstantiate(&recorded_, graph, 0);
        (void)cudaGraphDestroy(graph);
        check(code, "cudaGraphInstantiate");
#else
        std::vector<Context::Work> recorded;
        context.recording = &recorded;
        try {
            work();
        } catch (...) {
            context.recording = nullptr;
            throw;
        }
        context.recording = nullptr;
        recorded_ = std::move(recorded);
#endif
        statistics().captures.fetch_add(1, std::memory_order_relaxed);
    }

    void launch([[maybe_unused]] Context& context) const {
#if STRATA_ON_GPU
        check(cudaGraphLaunch(recorded_, context.stream), "cudaGraphLaunch");
#else
        for (const Context::Work& work : recorded_) work();
#endif
        Context::count_launch();
    }

    explicit operator bool() const {
#if STRATA_ON_GPU
        return recorded_ != nullptr;
#else
        return !recorded_.empty();
#endif
    }

private:
    void clear() {
#if STRATA_ON_GPU
        if (recorded_ != nullptr) (void)cudaGraphExecDestroy(recorded_);
        recorded_ = nullptr;
#else
        recorded_.clear();
#endif
    }

#if STRATA_ON_GPU
    cudaGraphExec_t recorded_ = nullptr;
#else
    std::vector<Context::Work> recorded_;
#endif
};

}  // namespace strata::cuda
