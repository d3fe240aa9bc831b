#pragma once
// y[c, i] = the mean of x[c, i stride - padding + k] over k < kernel
//
// AvgPool2d in one dimension.
//
// Shapes: (C, length) -> (C, length'), length' = floor((length + 2 padding - kernel) / stride) + 1.
//
// `AvgPool1d<Kernel>`; options behind it, in any order, as in avg_pool2d.hpp: stride<N> = the kernel,
// padding<N> = 0, ceil_mode, no_count_include_pad.
//
// Source: torch.nn.AvgPool1d.

#include <strata/core/trace.hpp>
#include <strata/layers/avg_pool.hpp>

namespace strata {

inline void write_AvgPool1d_Kernel__and_options_such_as_stride_2() {}

template <auto... Arguments>
struct AvgPool1d : detail::AvgPool<1, &write_AvgPool1d_Kernel__and_options_such_as_stride_2, Arguments...> {};

/// `avg_pool1d<2>(x)` in the forward of a module.
template <auto... Arguments>
constexpr Value avg_pool1d(Value x) {
    return apply<AvgPool1d<Arguments...>>(x);
}

}  // namespace strata
