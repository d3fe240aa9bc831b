#pragma once
// An array that grows, for the work that is done while the compiler runs a network.

#include <strata/core/config.hpp>

namespace strata::detail {

/// An array that grows, for the compiler's own work.
template <class T>
class Growing {
public:
    constexpr Growing() = default;
    Growing(const Growing&) = delete;
    Growing& operator=(const Growing&) = delete;
    constexpr ~Growing() { delete[] data_; }

    constexpr T& operator[](Size i) { return data_[i]; }
    constexpr const T& operator[](Size i) const { return data_[i]; }
    constexpr Size size() const { return size_; }
    constexpr void clear() { size_ = 0; }
    constexpr T& add() {
        if (size_ == room_) grow();
        return data_[size_++] = T{};
    }

private:
    constexpr void grow() {
        room_ = room_ == 0 ? 8 : 2 * room_;
        T* const wider = new T[room_]{};
        for (Size i = 0; i < size_; ++i) wider[i] = data_[i];
        delete[] data_;
        data_ = wider;
    }
    T* data_ = nullptr;
    Size size_ = 0, room_ = 0;
};

}  // namespace strata::detail
