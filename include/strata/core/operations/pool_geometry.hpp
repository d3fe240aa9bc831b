#pragma once
// The geometry of a pool along one extent: which inputs each window holds, and which windows hold an
// input. Windows of one size that move (`PoolAxis`), and windows that divide the input among a number of
// outputs (`AdaptiveAxis`); kernels are written for either. Everything is int, which a GPU divides quickly.

#include <cstdint>
#include <strata/core/operations/window.hpp>
#include <type_traits>

namespace strata {

struct PoolAxis {
    int in = 1, out = 1, kernel = 1, stride = 1, dilation = 1, before = 0, after = 0;

    /// Where window o begins, perhaps in the padding. Its tap k lies at begin(o) + k * step().
    STRATA_HOST_DEVICE constexpr int begin(int o) const { return o * stride - before; }
    STRATA_HOST_DEVICE constexpr int step() const { return dilation; }
    /// The inputs of window o: from first(o) up to end(o), in steps.
    STRATA_HOST_DEVICE constexpr int first(int o) const {
        const int at = begin(o);
        return at >= 0 ? at : at + (dilation - 1 - at) / dilation * dilation;
    }
    STRATA_HOST_DEVICE constexpr int end(int o) const {
        const int at = begin(o) + (kernel - 1) * dilation + 1;
        return at < in ? at : in;
    }
    /// The windows that may hold input i: from first_window(i) up to end_window(i). With a dilation some of
    /// them step over it.
    STRATA_HOST_DEVICE constexpr int first_window(int i) const {
        const int at = i + before - (kernel - 1) * dilation;
        return at <= 0 ? 0 : (at + stride - 1) / stride;
    }
    STRATA_HOST_DEVICE constexpr int end_window(int i) const {
        const int at = (i + before) / stride + 1;
        return at < out ? at : out;
    }
    /// Which tap of window o input i is; negative if the window steps over it.
    STRATA_HOST_DEVICE constexpr int tap(int o, int i) const {
        const int distance = i - begin(o);
        if (dilation == 1) return distance;
        return distance % dilation == 0 ? distance / dilation : -1;
    }
    /// How many elements window o has for an average: with the padding, but not with what lies behind it.
    STRATA_HOST_DEVICE constexpr int count(int o, bool counts_padding) const {
        const int padded_end = begin(o) + kernel, last = in + after;
        return counts_padding ? (padded_end < last ? padded_end : last) - begin(o) : end(o) - first(o);
    }
};

/// Window o holds the inputs from floor(o in / out) up to ceil((o + 1) in / out).
struct AdaptiveAxis {
    int in = 1, out = 1;
    int kernel = 1;  ///< no window is larger

    STRATA_HOST_DEVICE constexpr int first(int o) const { return share(o, in, out); }
    STRATA_HOST_DEVICE constexpr int end(int o) const { return share(o + 1, in, out, out - 1); }
    STRATA_HOST_DEVICE constexpr int begin(int o) const { return first(o); }
    STRATA_HOST_DEVICE constexpr int step() const { return 1; }
    STRATA_HOST_DEVICE constexpr int first_window(int i) const { return share(i, out, in); }
    STRATA_HOST_DEVICE constexpr int end_window(int i) const { return share(i + 1, out, in, in - 1); }
    STRATA_HOST_DEVICE constexpr int tap(int o, int i) const { return i - first(o); }
    STRATA_HOST_DEVICE constexpr int count(int o, bool) const { return end(o) - first(o); }

    friend constexpr bool operator==(const AdaptiveAxis&, const AdaptiveAxis&) = default;

private:
    STRATA_HOST_DEVICE static constexpr int share(int part, int of, int parts, int round_up = 0) {
        return static_cast<int>((static_cast<long long>(part) * of + round_up) / parts);
    }
};

constexpr AdaptiveAxis adaptive_axis(Size in, Size out) {
    const Size kernel = in % out == 0 ? in / out : (in + out - 1) / out + 1;
    return {static_cast<int>(in), static_cast<int>(out), static_cast<int>(kernel)};
}

/// An adaptive pool, complete.
struct AdaptiveGeometry {
    Size channels = 1;
    AdaptiveAxis rows, columns;

    friend constexpr bool operator==(const AdaptiveGeometry&, const AdaptiveGeometry&) = default;
};

constexpr PoolAxis walk_along(const WindowAxis& axis) {
    return {static_cast<int>(axis.in),     static_cast<int>(axis.out),      static_cast<int>(axis.kernel),
            static_cast<int>(axis.stride), static_cast<int>(axis.dilation), static_cast<int>(axis.before),
            static_cast<int>(axis.after)};
}
constexpr AdaptiveAxis walk_along(const AdaptiveAxis& axis) { return axis; }

/// What a max pool keeps of each window: the number of the tap that was the largest, counted row by row.
template <class Geometry>
constexpr Size taps_of(const Geometry& pool) {
    return static_cast<Size>(pool.rows.kernel) * static_cast<Size>(pool.columns.kernel);
}
template <auto G>
using PoolTap = std::conditional_t<taps_of(G) <= 256, unsigned char, std::uint32_t>;

/// How many elements of whatever scalar type hold the taps of one sample.
template <class Geometry>
constexpr Size tap_storage(const Geometry& pool) {
    const Size outputs =
        pool.channels * static_cast<Size>(pool.rows.out) * static_cast<Size>(pool.columns.out);
    constexpr Size smallest_scalar = 4;  // float
    return taps_of(pool) <= 256 ? (outputs + smallest_scalar - 1) / smallest_scalar : outputs;
}

}  // namespace strata
