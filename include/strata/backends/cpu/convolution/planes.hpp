#pragma once
// Channels of a batch into the kernels' scratch memory and back: [row][column][lane], with padding where the
// kernel wants it.

#include <strata/backends/cpu/convolution/lanes.hpp>
#include <strata/backends/cpu/convolution/windows.hpp>

namespace strata::cpu::detail {

/// A batch of planes, NCHW.
template <class T>
struct Planes {
    T* data;
    Size sample;  ///< elements per sample
    Size plane;   ///< elements per channel
};

/// y = bias + weight * x: a convolution, or its gradient for the input.
template <class T>
struct LaneConvolution {
    Planes<const T> x;
    Planes<T> y;
    Size batch, groups, x_channels, y_channels;  ///< channels per group
    LaneAxis rows, columns;
    const T* weight;
    Size weight_of_y, weight_of_x;  ///< from one channel's weights to the next's
    const T* bias;                  ///< per channel of y, or null
    /// Padding that is not zeros: x or, for the gradient, y is worked on as if it were padded.
    WindowAxis window_rows, window_columns;
    PaddingMode mode;
};

/// How the channels of a batch are packed: as they are, or with their padding.
template <class T>
struct PlanePacker {
    Size sample, lanes;
    WindowAxis rows, columns;
    PaddingMode mode;
    bool padded;
    Size* places;  ///< null: vectors one behind the other

    Size width() const { return padded ? columns.before + columns.in + columns.after : columns.in; }

    /// Rows [low, high) of one channel of `count` samples; lanes beyond are zero. Adds all to `total`, one
    /// vector, unless it is null. Padding with zeros must be there already; a piece more than all places are
    /// written.
    [[gnu::noinline]] void pack(const T* from, Size count, Size low, Size high, T* to,
                                T* total = nullptr) const {
        const bool mapped = padded && mode != PaddingMode::zeros;
        const Size before = padded && !mapped ? rows.before : 0;
        const Size first = low > before ? low : before;
        const Size last = mapped || high < before + rows.in ? high : before + rows.in;
        const Size n = last > first ? (last - first) * (mapped ? width() : columns.in) : 0;
        if (n == 0) return;
        if (padded && !mapped) to += (first - low) * width() * lanes;
        if (!mapped) from += (first - before) * columns.in;
        if (count == lanes && n >= piece<T> && !mapped) return pack_lanes(from, sample, n, to, places, total);
        const Size pitch = n < piece<T> ? piece<T> : n;
        T* const staged = ConvolutionScratch::of_this_thread().take<T>(Scratch::staged, lanes * pitch);
        std::memset(staged, 0, lanes * pitch * sizeof(T));
        for (Size lane = 0; lane < count; ++lane)
            if (mapped)
                stage_padded(from + lane * sample, first, last, staged + lane * pitch);
            else
                std::memcpy(staged + lane * pitch, from + lane * sample, n * sizeof(T));
        pack_lanes(staged, pitch, pitch, to, mapped ? nullptr : places, total);
    }

private:
    void stage_padded(const T* from, Size low, Size high, T* to) const {
        for (Size r = low; r < high; ++r) {
            const T* const row = from + padding_source(rows, mode, r) * columns.in;
            for (Size c = 0; c < width(); ++c) *to++ = row[padding_source(columns, mode, c)];
        }
    }
};

/// n elements of one channel of `count` samples from [element][lane].
template <class T>
void unpack_run(const T* from, Size n, T* to, Size sample, Size count, Size lanes) {
    if (count == lanes && n >= piece<T>) return unpack_lanes(from, n, to, sample);
    const Size pitch = n < piece<T> ? piece<T> : n;
    T* const staged = ConvolutionScratch::of_this_thread().take<T>(Scratch::staged, lanes * pitch);
    unpack_lanes(from, pitch, staged, pitch);
    for (Size lane = 0; lane < count; ++lane)
        std::memcpy(to + lane * sample, staged + lane * pitch, n * sizeof(T));
}

}  // namespace strata::cpu::detail
