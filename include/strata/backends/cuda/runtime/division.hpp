#pragma once
// Divisions of places, and the pixel that an element is. A GPU divides 32 bits several times as fast as 64.

#include <cstdint>
#include <strata/backends/cuda/runtime/thread_group.hpp>

namespace strata::cuda::detail {

/// a / b, which takes a GPU far longer for 64 bits than for 32.
STRATA_DEVICE inline Size quotient(Size a, Size b) {
    return ((a | b) >> 32) == 0 ? static_cast<unsigned>(a) / static_cast<unsigned>(b) : a / b;
}

/// a / b and a % b; a GPU divides 32 bits several times as fast as 64.
struct Quotient {
    Size quotient, rest;
    STRATA_DEVICE Quotient(Size a, Size b) {
        if (((a | b) >> 32) == 0) {
            quotient = static_cast<std::uint32_t>(a) / static_cast<std::uint32_t>(b);
            rest = static_cast<std::uint32_t>(a) - static_cast<std::uint32_t>(quotient) * b;
        } else {
            quotient = a / b;
            rest = a - quotient * b;
        }
    }
};

/// Where element i of a batch of images lies.
struct Pixel {
    Size plane;
    int row, column;
    STRATA_DEVICE Pixel(Size i, int rows, int columns) {
        const Quotient line(i, static_cast<Size>(columns));
        const Quotient image(line.quotient, static_cast<Size>(rows));
        plane = image.quotient;
        row = static_cast<int>(image.rest);
        column = static_cast<int>(line.rest);
    }
};

}  // namespace strata::cuda::detail
