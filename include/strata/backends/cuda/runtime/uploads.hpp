#pragma once
// A ring of batches on their way to the device: while it works on one, the next ones are copied beside it
// from pinned memory, on a stream of their own.

#include <strata/backends/cuda/runtime/queue.hpp>

namespace strata::cuda {

namespace detail {

/// Host memory that the device can read by itself.
class PinnedBlock {
public:
    explicit PinnedBlock(Size bytes) {
        require();
#if STRATA_ON_GPU
        const WholeDevice whole_device;
        check(cudaMallocHost(&data, bytes), "cudaMallocHost");
#else
        block_ = std::make_unique<Block>("a batch on its way", bytes);
        data = block_->data;
#endif
        statistics().allocations.fetch_add(1, std::memory_order_relaxed);
    }
    PinnedBlock(const PinnedBlock&) = delete;
    PinnedBlock& operator=(const PinnedBlock&) = delete;
    ~PinnedBlock() {
#if STRATA_ON_GPU
        const WholeDevice whole_device{WholeDevice::IfFree{}};
        (void)cudaFreeHost(data);
#endif
    }

    void* data = nullptr;

#if !STRATA_ON_GPU
private:
    std::unique_ptr<Block> block_;
#endif
};

}  // namespace detail

/// `slots` batches of at most `bytes` each. For each batch: write `host(slot)`, `send(slot, bytes)`,
/// `begin_use(slot)`, give the device work on `device(slot)`, `end_use(slot)`.
class Uploads {
public:
    Uploads(const Queue& queue, Size slots, Size bytes)
        : queue_(queue), copies_(std::make_unique<Context>()) {
        for (Size i = 0; i < slots; ++i) slots_.push_back(std::make_unique<Slot>(bytes));
    }
    ~Uploads() {
        try {
            copies_->wait();  // before the memory goes
        } catch (const Error&) {
        }
    }

    /// Pinned memory, when the copy that was last sent from there has arrived.
    void* host(Size slot) {
#if STRATA_ON_GPU
        const cudaError_t arrived = cudaEventQuery(slots_[slot]->copied);
        if (arrived == cudaErrorNotReady) {
            (void)cudaGetLastError();  // no error, but the next launch would report it as one
            statistics().synchronizations.fetch_add(1, std::memory_order_relaxed);
            check(cudaEventSynchronize(slots_[slot]->copied), "cudaEventSynchronize");
        } else {
            check(arrived, "cudaEventQuery");
        }
#endif
        return slots_[slot]->pinned.data;
    }
    void* device(Size slot) { return slots_[slot]->buffer.data(); }

    /// Copies when the device has done its earlier work on the slot.
    void send(Size slot, Size bytes) {
        Slot& at = *slots_[slot];
#if STRATA_ON_GPU
        check(cudaStreamWaitEvent(copies_->stream, at.used, 0), "cudaStreamWaitEvent");
#endif
        copies_->copy_later(at.pinned.data, at.buffer.data(), bytes);
#if STRATA_ON_GPU
        check(cudaEventRecord(at.copied, copies_->stream), "cudaEventRecord");
#endif
    }
    void begin_use([[maybe_unused]] Size slot) {
#if STRATA_ON_GPU
        check(cudaStreamWaitEvent(queue_.context().stream, slots_[slot]->copied, 0), "cudaStreamWaitEvent");
#endif
    }
    void end_use([[maybe_unused]] Size slot) {
#if STRATA_ON_GPU
        check(cudaEventRecord(slots_[slot]->used, queue_.context().stream), "cudaEventRecord");
#endif
    }

private:
    struct Slot {
        explicit Slot(Size bytes) : pinned(bytes) { buffer.resize(bytes); }

        detail::PinnedBlock pinned;
        Buffer<unsigned char> buffer{"a batch on its way"};
#if STRATA_ON_GPU
        detail::Event copied, used;
#endif
    };

    Queue queue_;
    std::unique_ptr<Context> copies_;
    std::vector<std::unique_ptr<Slot>> slots_;
};

}  // namespace strata::cuda
