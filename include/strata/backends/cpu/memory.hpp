#pragma once
// Host memory: one aligned block that grows and never shrinks.

#include <cstdlib>
#include <cstring>
#include <new>
#include <strata/core/config.hpp>
#include <type_traits>
#include <utility>

namespace strata::cpu {

/// `size` elements of T, zero when they first appear, aligned to 256 bytes. Copies copy the elements.
template <class T>
class Buffer {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    Buffer() = default;
    /// Devices whose memory is scarce keep the name, to say what fills it.
    explicit Buffer(const char*) {}
    explicit Buffer(Size size) { resize(size); }
    Buffer(const Buffer& other) : Buffer(other.size_) { copy_from(other.data_); }
    Buffer(Buffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)),
          capacity_(std::exchange(other.capacity_, 0)) {}
    Buffer& operator=(Buffer other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
        return *this;
    }
    ~Buffer() { std::free(data_); }

    T* data() { return data_; }
    const T* data() const { return data_; }
    Size size() const { return size_; }

    /// Makes room for `size` elements. Contents are kept only while the capacity suffices.
    void resize(Size size) {
        if (size > capacity_) {
            constexpr Size alignment = 256;
            if (size > (Size(1) << 48) / sizeof(T)) throw std::bad_alloc();
            const Size bytes = (size * sizeof(T) + alignment - 1) / alignment * alignment;
            T* fresh = static_cast<T*>(std::aligned_alloc(alignment, bytes));
            if (fresh == nullptr) throw std::bad_alloc();
            std::memset(static_cast<void*>(fresh), 0, bytes);
            std::free(data_);
            data_ = fresh;
            capacity_ = bytes / sizeof(T);
        }
        size_ = size;
    }
    void zero() {
        if (size_ > 0) std::memset(static_cast<void*>(data_), 0, size_ * sizeof(T));
    }
    void copy_from(const T* host) {
        if (size_ > 0) std::memcpy(static_cast<void*>(data_), host, size_ * sizeof(T));
    }
    void copy_to(T* host) const {
        if (size_ > 0) std::memcpy(static_cast<void*>(host), data_, size_ * sizeof(T));
    }
    /// What `write(host)` writes to host memory.
    template <class Write>
    void take_from(const Write& write) {
        write(data_);
    }

private:
    T* data_ = nullptr;
    Size size_ = 0;
    Size capacity_ = 0;
};

}  // namespace strata::cpu
