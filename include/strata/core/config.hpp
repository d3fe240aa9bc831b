#pragma once
// The ground of every other header: the index type, the marks that CUDA needs on functions, and the choice between
// header-only and compiled.

#include <cstddef>

#if defined(__CUDACC__)
#define STRATA_HOST_DEVICE __host__ __device__
#else
#define STRATA_HOST_DEVICE
#endif

// STRATA_COMPILED says that the program is linked with Strata's compiled part, include/strata/compiled.cpp. What no
// program's types decide then is declared only: functions behind STRATA_HAS_BODIES, at the end of their header, and
// the instances of templates that STRATA_INSTANCE names.
#if defined(STRATA_COMPILED_SOURCE)  // compiled.cpp itself
#define STRATA_HAS_BODIES 1
#define STRATA_FUNCTION
#define STRATA_INSTANCE template
#elif defined(STRATA_COMPILED)
#define STRATA_HAS_BODIES 0
#define STRATA_INSTANCE extern template
#else
#define STRATA_HAS_BODIES 1
#define STRATA_FUNCTION inline
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
