#pragma once
// Device memory: blocks that grow and never shrink, each with a name, so that a device without room for
// another one can say what fills it. Copies from and to the host wait for the device; they happen at the
// user's edge and when a file is read or written, never in a step.

#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <strata/backends/cuda/runtime/runtime.hpp>
#include <strata/core/config.hpp>
#include <type_traits>
#include <utility>
#include <vector>

namespace strata::cuda {

namespace detail {

class Block;

/// Every block of device memory that this program holds.
struct Ledger {
    std::mutex mutex;
    Block* first = nullptr;
    Size bytes = 0;
};
inline Ledger& ledger() {
    static Ledger& the_ledger = *new Ledger;  // never destroyed: static models give memory back after main
    return the_ledger;
}

/// One allocation, for as long as it lives.
class Block {
public:
    /// Takes `bytes` of the current device's memory, zeroed. Throws OutOfMemoryError.
    [[gnu::cold]] Block(const char* the_name, Size the_bytes);
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    ~Block();

    const char* name;
    Size bytes;
    int device;
    void* data = nullptr;
    Block* before = nullptr;
    Block* after = nullptr;
};

[[gnu::cold]] inline std::string text_of_bytes(Size bytes) {
    if (bytes < 10'000'000) return message(bytes, " bytes");
    return message(bytes, " bytes (", static_cast<double>(bytes / 10'000'000) / 100, " GB)");
}

#if !STRATA_ON_GPU
/// The memory of the host's stand-in: whatever there is, until a test lowers it.
inline Size& memory_limit() {
    static Size limit = ~Size(0);
    return limit;
}
#endif

[[noreturn, gnu::cold]] inline void refuse_allocation(Size bytes, const char* name) {
    std::string text = message("strata: out of device memory: ", text_of_bytes(bytes), " asked for ", name);
    Ledger& all = ledger();
#if STRATA_ON_GPU
    Size free = 0, total = 0;
    if (cudaMemGetInfo(&free, &total) == cudaSuccess)
        text += message(", ", text_of_bytes(free), " free of ", text_of_bytes(total));
#else
    text +=
        message(", ", text_of_bytes(memory_limit() - all.bytes), " free of ", text_of_bytes(memory_limit()));
#endif
    text += message("; this program holds ", text_of_bytes(all.bytes));
    constexpr int shown = 3;
    Size below = ~Size(0);
    for (int i = 0; i < shown; ++i) {  // the largest blocks, by size
        const Block* largest = nullptr;
        for (const Block* block = all.first; block != nullptr; block = block->after)
            if (block->bytes < below && (largest == nullptr || block->bytes > largest->bytes))
                largest = block;
        if (largest == nullptr) break;
        below = largest->bytes;
        text +=
            message(i == 0 ? ", most of it for " : ", ", largest->name, ": ", text_of_bytes(largest->bytes));
    }
    throw OutOfMemoryError(text + "; a smaller batch needs less");
}

inline Block::Block(const char* the_name, Size the_bytes) : name(the_name), bytes(the_bytes) {
    require();
    device = current_device();
    const WholeDevice whole_device;
    Ledger& all = ledger();
    const std::lock_guard lock(all.mutex);
#if STRATA_ON_GPU
    const cudaError_t code = cudaMalloc(&data, bytes);
    if (code == cudaErrorMemoryAllocation) {
        (void)cudaGetLastError();  // so that no later call reports this one
        refuse_allocation(bytes, name);
    }
    check(code, "cudaMalloc");
    try {
        check(cudaMemset(data, 0, bytes), "cudaMemset");
        wait_for_device();
    } catch (...) {
        (void)cudaFree(data);
        throw;
    }
#else
    if (!is_permitted_now()) throw DeviceError("strata: cudaMalloc failed: a stream records");
    constexpr Size alignment = 256;
    if (all.bytes > memory_limit() || bytes > memory_limit() - all.bytes || bytes > Size(1) << 47)
        refuse_allocation(bytes, name);
    data = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (data == nullptr) refuse_allocation(bytes, name);
    std::memset(data, 0, bytes);
#endif
    statistics().allocations.fetch_add(1, std::memory_order_relaxed);
    after = all.first;
    if (after != nullptr) after->before = this;
    all.first = this;
    all.bytes += bytes;
}

inline Block::~Block() {
    const WholeDevice whole_device{WholeDevice::IfFree{}};
    Ledger& all = ledger();
    const std::lock_guard lock(all.mutex);
#if STRATA_ON_GPU
    // Work given so far may still use it, and cudaFree promises only that it may wait. At the end of a
    // program the runtime may be gone already.
    int current = device;
    (void)cudaGetDevice(&current);
    if (current != device) (void)cudaSetDevice(device);
    if (!this_thread_records()) (void)cudaDeviceSynchronize();
    (void)cudaFree(data);
    if (current != device) (void)cudaSetDevice(current);
#else
    (void)is_permitted_now();
    std::free(data);
#endif
    if (after != nullptr) after->before = before;
    (before != nullptr ? before->after : all.first) = after;
    all.bytes -= bytes;
}

enum class Direction { to_device, to_host, on_device };

inline Size free_memory() {
    const WholeDevice whole_device;
#if STRATA_ON_GPU
    Size free = 0, total = 0;
    check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    return free;
#else
    return memory_limit() - ledger().bytes;
#endif
}

/// The device that has this memory.
inline int device_of(const void* memory) {
#if STRATA_ON_GPU
    cudaPointerAttributes attributes{};
    check(cudaPointerGetAttributes(&attributes, memory), "cudaPointerGetAttributes");
    return attributes.device;
#else
    Ledger& all = ledger();
    const std::lock_guard lock(all.mutex);
    for (const Block* block = all.first; block != nullptr; block = block->after) {
        const char *const begin = static_cast<const char*>(block->data), *const at =
                                                                             static_cast<const char*>(memory);
        if (at >= begin && at < begin + block->bytes) return block->device;
    }
    return current_device();
#endif
}

/// Copies when the device has done all that it was asked for, and returns when the copy is there. Throws
/// DeviceError if that device is not the current one.
inline void copy_and_wait(const void* from, void* to, Size bytes, Direction direction) {
    if (bytes == 0) return;
    check_device(device_of(direction == Direction::to_device ? to : from));
    const WholeDevice whole_device;
    statistics().synchronizations.fetch_add(1, std::memory_order_relaxed);
    wait_for_device();
#if STRATA_ON_GPU
    const cudaMemcpyKind kind = direction == Direction::to_device ? cudaMemcpyHostToDevice
                                : direction == Direction::to_host ? cudaMemcpyDeviceToHost
                                                                  : cudaMemcpyDeviceToDevice;
    check(cudaMemcpy(to, from, bytes, kind), "cudaMemcpy");
    wait_for_device();
#else
    std::memcpy(to, from, bytes);
#endif
}

}  // namespace detail

/// `size` elements of T on the device, zero when they first appear, aligned to 256 bytes. Copies copy the
/// elements.
template <class T>
class Buffer {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    /// `name` is what an OutOfMemoryError calls it; it is kept as a pointer.
    explicit Buffer(const char* name = "a buffer") : name_(name) {}
    Buffer(const Buffer& other) : name_(other.name_) {
        resize(other.size_);
        detail::copy_and_wait(other.data(), data(), size_ * sizeof(T), detail::Direction::on_device);
    }
    Buffer(Buffer&& other) noexcept
        : name_(other.name_), block_(std::move(other.block_)), size_(std::exchange(other.size_, 0)) {}
    Buffer& operator=(Buffer other) noexcept {
        std::swap(name_, other.name_);
        std::swap(block_, other.block_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~Buffer() = default;

    T* data() { return block_ ? static_cast<T*>(block_->data) : nullptr; }
    const T* data() const { return block_ ? static_cast<const T*>(block_->data) : nullptr; }
    Size size() const { return size_; }

    /// Makes room for `size` elements. Contents are kept only while the capacity suffices. Throws
    /// OutOfMemoryError; the buffer is then empty.
    void resize(Size size) {
        if (size > 0 && (!block_ || size * sizeof(T) > block_->bytes)) {
            if (block_) detail::check_device(block_->device);
            size_ = 0;
            block_.reset();
            block_ = std::make_unique<detail::Block>(name_, size * sizeof(T));
        }
        size_ = size;
    }
    void zero() {
        if (size_ == 0) return;
        detail::check_device(block_->device);
        statistics().synchronizations.fetch_add(1, std::memory_order_relaxed);
        const detail::WholeDevice whole_device;
        detail::wait_for_device();
#if STRATA_ON_GPU
        check(cudaMemset(data(), 0, size_ * sizeof(T)), "cudaMemset");
        detail::wait_for_device();
#else
        std::memset(static_cast<void*>(data()), 0, size_ * sizeof(T));
#endif
    }
    void copy_from(const T* host) {
        detail::copy_and_wait(host, data(), size_ * sizeof(T), detail::Direction::to_device);
    }
    void copy_to(T* host) const {
        detail::copy_and_wait(data(), host, size_ * sizeof(T), detail::Direction::to_host);
    }
    /// What `write(host)` writes to host memory.
    template <class Write>
    void take_from(const Write& write) {
        std::vector<T> host(size_);
        write(host.data());
        copy_from(host.data());
    }

private:
    const char* name_;
    std::unique_ptr<detail::Block> block_;
    Size size_ = 0;
};

/// Where elements lie on the device, and how many. They cannot be looked at from the host.
template <class T>
class Span {
public:
    Span(T* data, Size size) : data_(data), size_(size) {}

    T* data() const { return data_; }
    Size size() const { return size_; }

private:
    T* data_;
    Size size_;
};

}  // namespace strata::cuda
