#pragma once
// Runs a body with packs of every vector length that this processor has, not only the widest.

#include <strata/backends/cpu/simd/simd.hpp>

/// Calls `body(Width<N>{})` for each number of lanes of T. The body is inlined whole: keep assertions out of
/// it.
template <class T, class Body>
void for_each_width(Body body) {
    using namespace strata::cpu;
    body(Width<int(16 / sizeof(T))>{});
#if STRATA_CPU_DISPATCH
    if (detail::vector_bytes() >= 32) detail::run_avx2<T>(body);
    if (detail::vector_bytes() >= 64) detail::run_avx512<T>(body);
#else
    body(Width<int(32 / sizeof(T))>{});
    body(Width<int(64 / sizeof(T))>{});
#endif
}
