#pragma once
// The windows of adaptive pools, worked out once per call, and their rows dealt out like those of windows
// that move (window_rows.hpp).

#include <cstdint>
#include <strata/backends/cpu/pooling/window_rows.hpp>

namespace strata::cpu::detail {

/// An AdaptiveAxis in tables.
struct KnownAxis {
    static constexpr int most = 512;  ///< inputs, and outputs

    int in, out, kernel;
    const short *firsts, *ends, *first_windows, *end_windows;

    STRATA_INLINE int begin(int o) const { return firsts[o]; }
    STRATA_INLINE int first(int o) const { return firsts[o]; }
    STRATA_INLINE int end(int o) const { return ends[o]; }
    STRATA_INLINE int step() const { return 1; }
    STRATA_INLINE int first_window(int i) const { return first_windows[i]; }
    STRATA_INLINE int end_window(int i) const { return end_windows[i]; }
    STRATA_INLINE int count(int o, bool) const { return ends[o] - firsts[o]; }
};

/// The tables themselves.
struct AxisTables {
    short firsts[KnownAxis::most], ends[KnownAxis::most];
    short first_windows[KnownAxis::most], end_windows[KnownAxis::most];

    static constexpr bool hold(AdaptiveAxis axis) {
        return axis.in <= KnownAxis::most && axis.out <= KnownAxis::most;
    }
    KnownAxis of(AdaptiveAxis axis) {
        for (int o = 0; o < axis.out; ++o) {
            firsts[o] = static_cast<short>(axis.first(o));
            ends[o] = static_cast<short>(axis.end(o));
        }
        for (int i = 0; i < axis.in; ++i) {
            first_windows[i] = static_cast<short>(axis.first_window(i));
            end_windows[i] = static_cast<short>(axis.end_window(i));
        }
        return {axis.in, axis.out, axis.kernel, firsts, ends, first_windows, end_windows};
    }
};

inline bool row_holds(KnownAxis columns, Size kept) {
    const Size length = WindowRoom::row_length(static_cast<Size>(columns.out));
    return static_cast<Size>(columns.kernel) <= WindowRoom::most_taps &&
           static_cast<Size>(columns.kernel) * length <= WindowRoom::elements &&
           kept * length <= WindowRoom::elements;
}
inline bool row_holds(PoolAxis columns, Size kept) { return WindowRoom::holds(columns, kept); }

template <class T>
struct DealtRow<T, KnownAxis> {
    T room[WindowRoom::elements];
    const T* tap[WindowRoom::most_taps];
    std::uint16_t from[WindowRoom::elements], to[WindowRoom::elements];
    Size copied = 0;

    /// What shorter windows lack is written once, because rows do not touch it.
    STRATA_INLINE void prepare(KnownAxis axis, T surround) {
        const Size length = WindowRoom::row_length(static_cast<Size>(axis.out));
        for (int k = 0; k < axis.kernel; ++k) {
            tap[k] = room + static_cast<Size>(k) * length;
            for (int o = 0; o < axis.out; ++o) {
                const Size at = static_cast<Size>(k) * length + static_cast<Size>(o);
                room[at] = surround;
                if (axis.first(o) + k >= axis.end(o)) continue;
                from[copied] = static_cast<std::uint16_t>(axis.first(o) + k);
                to[copied++] = static_cast<std::uint16_t>(at);
            }
        }
    }
    template <class V>
    STRATA_INLINE void deal(KnownAxis, const T* row, Size, T) {
        for (Size i = 0; i < copied; ++i) room[to[i]] = row[from[i]];
    }
};

}  // namespace strata::cpu::detail
