#pragma once
// The ground of every other header: the index type and the marks that CUDA needs on functions.

#include <cstddef>

#if defined(__CUDACC__)
#define STRATA_HOST_DEVICE __host__ __device__
#else
#define STRATA_HOST_DEVICE
#endif

namespace strata {

/// Every extent, offset and count. Offsets and extents are elements, never bytes, unless a name says so.
using Size = std::size_t;

/// What a layer and a network take at most.
inline constexpr Size max_operands = 8;
namespace detail {
inline constexpr Size max_inputs = 4;
}

}  // namespace strata
