#pragma once
// Device memory of a context that operations share: room for numbers that one kernel leaves to the next, and
// copies of the host's constants (weights of classes). Nothing here is given back before the context goes,
// because recorded graphs keep the addresses.

#include <cstring>
#include <strata/backends/cuda/runtime/queue.hpp>
#include <vector>

namespace strata::cuda {

namespace detail {

/// Room for numbers, contents never kept. What has been outgrown stays, for the graphs that use it.
class Room {
public:
    explicit Room(const char* name) : name_(name) {}

    double* of(Size n) {
        if (blocks_.empty() || blocks_.back().size() < n) grow(n);
        return blocks_.back().data();
    }

private:
    [[gnu::cold]] void grow(Size n) {
        refuse_while_recording();
        constexpr Size least = 4096;
        const Size doubled = blocks_.empty() ? least : 2 * blocks_.back().size();
        Buffer<double> block(name_);
        block.resize(n < doubled ? doubled : n);
        blocks_.push_back(std::move(block));
    }

    const char* name_;
    std::vector<Buffer<double>> blocks_;
};

}  // namespace detail

struct Scratch {
    detail::Room partials{"partial sums"};  ///< of the sum that is being taken, and of nothing else
    detail::Room terms{"terms of a loss"};  ///< one per sample, for an operation that then sums them
    detail::Room columns{"columns of convolutions"};             ///< one per output pixel, of some samples
    detail::Room channels{"channels of convolutions"};           ///< these samples' outputs side by side
    detail::Room workspace{"workspace of layers in inference"};  ///< what `saved` is in training
    detail::Room attention{"heads of an attention"}, sorted{"sorted indices"};

    /// A copy of `n` numbers on the device; null if n is 0. The same numbers are uploaded once.
    const double* constant(const double* host, Size n) {
        if (n == 0) return nullptr;
        const Size bytes = n * sizeof(double);
        for (const Constant& known : constants_)
            if (known.host.size() == n && std::memcmp(known.host.data(), host, bytes) == 0)
                return known.device.data();
        detail::refuse_while_recording();
        Constant fresh{std::vector<double>(host, host + n), Buffer<double>("constants")};
        fresh.device.resize(n);
        fresh.device.copy_from(host);
        constants_.push_back(std::move(fresh));
        return constants_.back().device.data();
    }

private:
    struct Constant {
        std::vector<double> host;
        Buffer<double> device;
    };
    std::vector<Constant> constants_;
};

namespace detail {

inline Scratch& scratch(const Queue& queue) { return queue.context().attached<Scratch>(&Context::constants); }

/// Room for n elements of type T.
template <class T>
T* room(Room& of, Size n) {
    static_assert(sizeof(double) % sizeof(T) == 0);
    return reinterpret_cast<T*>(of.of((n * sizeof(T) + sizeof(double) - 1) / sizeof(double)));
}

}  // namespace detail

}  // namespace strata::cuda
