#pragma once
// The number of values that flow into and out of one unit of a weight [Out, In, kernel...].
//
//   fan in = In * kernel size        fan out = Out * kernel size
//
// Source: https://pytorch.org/docs/1.13/_modules/torch/nn/init.html (_calculate_fan_in_and_fan_out)

#include <cstddef>
#include <strata/core/refuse_option.hpp>

namespace strata::init {

/// Which of the two a variance is kept for: forward (fan_in) or backward (fan_out).
enum class FanMode { fan_in, fan_out };

struct Fan {
    std::size_t in;
    std::size_t out;

    constexpr std::size_t operator[](FanMode mode) const { return mode == FanMode::fan_in ? in : out; }
};

/// The fans of a weight's shape; throws ValueError for a vector or a scalar, which have none.
template <class Shape>
Fan calculate_fan(const Shape& shape, const char* function = "calculate_fan") {
    const auto rank = static_cast<std::size_t>(shape.size());
    if (rank < 2) refuse_option(function, "the tensor's rank", rank, "at least 2 (a vector has no fan)");
    std::size_t kernel = 1;
    for (std::size_t i = 2; i < rank; ++i) kernel *= static_cast<std::size_t>(shape[i]);
    return {static_cast<std::size_t>(shape[1]) * kernel, static_cast<std::size_t>(shape[0]) * kernel};
}

}  // namespace strata::init
