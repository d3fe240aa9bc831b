#pragma once
// A context: the stream that takes a thread's work for a device, with what the operations need beside it. And
// `RecordedStep`, work that a context records.

#include <functional>
#include <memory>
#include <strata/backends/cuda/runtime/memory.hpp>
#include <vector>

namespace strata::cuda {

#if STRATA_ON_GPU

namespace detail {

/// Handles of the runtime, each given back with its object.
class Stream {
public:
    Stream() {
        check(cudaStreamCreateWithFlags(&handle_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() {
        (void)cudaStreamDestroy(handle_);
    }  // at the end of a program the runtime may be gone already
    operator cudaStream_t() const { return handle_; }

private:
    cudaStream_t handle_ = nullptr;
};
class Event {
public:
    Event() { check(cudaEventCreateWithFlags(&handle_, cudaEventDisableTiming), "cudaEventCreateWithFlags"); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() { (void)cudaEventDestroy(handle_); }
    operator cudaEvent_t() const { return handle_; }

private:
    cudaEvent_t handle_ = nullptr;
};

}  // namespace detail

#endif

/// Where the work goes that a thread gives to a device. Each thread has one for each device, which all that
/// it uses there share; no other thread gives work to it.
class Context {
public:
    /// On the current device. Throws DeviceError where there is none.
    Context() : device((require(), detail::current_device())) {}
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { products = constants = random = nullptr; }  // before the stream

    /// Throws DeviceError unless `device` is current.
    static const std::shared_ptr<Context>& of_this_thread(int device) {
        thread_local std::vector<std::shared_ptr<Context>> contexts;
        const Size at = static_cast<Size>(device);
        detail::check_device(device);
        if (contexts.size() <= at) contexts.resize(at + 1);
        if (!contexts[at]) contexts[at] = std::make_shared<Context>();
        return contexts[at];
    }

    /// Waits until all the work given so far is done.
    void wait() {
        detail::refuse_while_recording();
        statistics().synchronizations.fetch_add(1, std::memory_order_relaxed);
#if STRATA_ON_GPU
        check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
#endif
    }
    /// Work given from now on begins after what `other`, perhaps another thread's, has been given so far.
    void follow([[maybe_unused]] const Context& other) {
        if (&other == this) return;
        detail::check_device(other.device);
        const detail::WholeDevice none_records;  // or the event would become part of the recording
#if STRATA_ON_GPU
        check(cudaEventRecord(reached, other.stream), "cudaEventRecord");
        check(cudaStreamWaitEvent(stream, reached, 0), "cudaStreamWaitEvent");
#endif
    }

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
        detail::refuse_while_recording();
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

    const int device;
#if STRATA_ON_GPU
    detail::Stream stream;
    detail::Event reached;
#else
    using Work = std::function<void()>;
    std::vector<Work>* recording = nullptr;

    template <class F>
    void add(const F& work) {
        if (detail::current_device() != device)
            throw DeviceError("strata: a kernel launch failed: the stream belongs to another device");
        if (recording != nullptr)
            recording->emplace_back(work);
        else
            work();
    }
#endif
    std::shared_ptr<void> products, constants, random;
};

/// Work recorded once and done again with one call.
class RecordedStep {
public:
    RecordedStep() = default;
    RecordedStep(RecordedStep&& other) noexcept { *this = std::move(other); }
    RecordedStep& operator=(RecordedStep&& other) noexcept {
        std::swap(recorded_, other.recorded_);
        return *this;
    }
    ~RecordedStep() { clear(); }

    /// Records what `work` gives to the context; nothing is done yet. If it throws, nothing is recorded.
    template <class F>
    void record(Context& context, const F& work) {
        clear();
        const detail::Recording alone;
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
        {
            const StandIn stream(context, recorded);
            work();
        }
        if (detail::recordings().lost.exchange(0) > 0)
            throw DeviceError("strata: cudaStreamEndCapture failed: another thread has broken the recording");
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
    /// A stream of the host while it records.
    struct StandIn {
        Context& context;

        StandIn(Context& the_context, std::vector<Context::Work>& recorded) : context(the_context) {
            detail::recordings().lost = 0;
            ++detail::recordings().under_way;
            context.recording = &recorded;
        }
        StandIn(const StandIn&) = delete;
        StandIn& operator=(const StandIn&) = delete;
        ~StandIn() {
            context.recording = nullptr;
            --detail::recordings().under_way;
        }
    };
    std::vector<Context::Work> recorded_;
#endif
};

}  // namespace strata::cuda
