#pragma once
// The gradients of a convolution's weights and bias, in blocks of samples and tiles of rows as in
// drive.hpp: one pass over x and dy.

#include <strata/backends/cpu/convolution/planes.hpp>
#include <strata/backends/cpu/convolution/weight_tile.hpp>

namespace strata::cpu::detail {

template <class T>
struct WeightGradient {
    Planes<const T> x, dy;
    Size batch, groups, x_channels, y_channels;  ///< channels per group
    WindowAxis rows, columns;
    PaddingMode mode;
    T* dweight;  ///< or null
    bool weight_accumulates;
    T* dbias;  ///< or null
    bool bias_accumulates;
};

/// Rows of dy per tile: what fits the second-level cache, but enough for the kernel's inner loop.
template <class T>
Size weight_tile_rows(const WeightGradient<T>& work, Size width, Size lanes) {
    constexpr Size bytes = Size(1) << 19, least_pixels = 64;
    const auto size = [&](Size tile) {
        return (((tile - 1) * work.rows.stride + work.rows.reach()) * width * work.x_channels +
                tile * work.columns.out * work.y_channels) *
               lanes * sizeof(T);
    };
    const Size least = (least_pixels + work.columns.out - 1) / work.columns.out;
    Size tiles = 1;
    while (size((work.rows.out + tiles - 1) / tiles) > bytes && work.rows.out / (tiles + 1) >= least) ++tiles;
    return (work.rows.out + tiles - 1) / tiles;
}

template <class T>
void convolve_for_weight(const WeightGradient<T>& work) {
    const WindowAxis &rows = work.rows, &columns = work.columns;
    const Size lanes = lane_count<T>(), kernel = rows.kernel * columns.kernel;
    const Size taps = work.x_channels * kernel;
    const BestBlock block = weight_block_for<T>(work.y_channels, taps, lanes);
    const Size blocks = (work.y_channels + block.rows - 1) / block.rows,
               tap_blocks = (taps + block.columns - 1) / block.columns;
    const Size block_sums = weight_block_size<T>(block.rows, block.columns),
               group_sums = blocks * tap_blocks * block_sums;
    auto& scratch = ConvolutionScratch::of_this_thread();

    const Size width = columns.before + columns.in + columns.after;
    const Size tile = weight_tile_rows(work, width, lanes);
    const Size most_seen = (tile - 1) * rows.stride + rows.reach();
    Size* const x_places = scratch.take<Size>(Scratch::places, most_seen * columns.in + piece<T>);
    for (Size i = 0; i < most_seen * columns.in + piece<T>; ++i)
        x_places[i] = (i / columns.in * width + columns.before + i % columns.in) * lanes;
    Size* const dy_places = scratch.take<Size>(Scratch::dy_places, tile * columns.out + piece<T>);
    for (Size i = 0; i < tile * columns.out + piece<T>; ++i) dy_places[i] = i * block.rows * lanes;
    const PlanePacker<T> x_packer = {work.x.sample, lanes, rows, columns, work.mode, true, x_places};
    const PlanePacker<T> dy_packer = {work.dy.sample, lanes, {.in = rows.out}, {.in = columns.out},
                                      work.mode,      false, dy_places};
    const Size x_plane = ((most_seen + piece<T>)*width | 1) * lanes;

    T* const sums = scratch.take<T>(Scratch::weights, work.groups * group_sums);
    T* const totals = scratch.take<T>(Scratch::y, work.groups * work.y_channels * lanes);
    std::memset(sums, 0, work.groups * group_sums * sizeof(T));
    std::memset(totals, 0, work.groups * work.y_channels * lanes * sizeof(T));

    Size* const tap = scratch.take<Size>(Scratch::taps, tap_blocks * block.columns);
    for (Size i = 0; i < tap_blocks * block.columns; ++i) {
        const Size k = i < taps ? i : taps - 1;  // spare ones repeat the last, and their sums are dropped
        tap[i] = k / kernel * x_plane + (k % kernel / columns.kernel * rows.dilation * width +
                                         k % columns.kernel * columns.dilation) *
                                            lanes;
    }
    Size* const pixel = scratch.take<Size>(Scratch::pixels, tile * columns.out);
    for (Size i = 0; i < tile * columns.out; ++i)
        pixel[i] = (i / columns.out * rows.stride * width + i % columns.out * columns.stride) * lanes;

    T* const x = scratch.take<T>(Scratch::x, work.x_channels * x_plane);
    const Size dy_block = (tile * columns.out + piece<T>)*block.rows * lanes;
    T* const dy = scratch.take<T>(Scratch::dy, blocks * dy_block);
    std::memset(dy, 0, blocks * dy_block * sizeof(T));  // for channels that fill up the last block
    for (Size first = 0; first < rows.out; first += tile) {
        const Size last = first + tile < rows.out ? first + tile : rows.out;
        const Size pixels = (last - first) * columns.out;
        const Size low = first * rows.stride, high = (last - 1) * rows.stride + rows.reach();
        std::memset(x, 0, work.x_channels * x_plane * sizeof(T));
        for (Size sample = 0; sample < work.batch; sample += lanes) {
            const Size count = work.batch - sample < lanes ? work.batch - sample : lanes;
            for (Size g = 0; g < work.groups; ++g) {
                for (Size c = 0; c < work.x_channels; ++c)
                    x_packer.pack(work.x.data + sample * work.x.sample +
                                      (g * work.x_channels + c) * work.x.plane,
                                  count, low, high, x + c * x_plane);
                for (Size o = 0; o < work.y_channels; ++o)
                    dy_packer.pack(
                        work.dy.data + sample * work.dy.sample + (g * work.y_channels + o) * work.dy.plane,
                        count, first, last, dy + o / block.rows * dy_block + o % block.rows * lanes,
                        totals + (g * work.y_channels + o) * lanes);
                // So many pixels at a time that a block of dy stays in the first-level cache.
                const Size chunk = 256;
                for (Size p = 0; p < pixels; p += chunk)
                    for (Size b = 0; b < blocks; ++b)
                        convolve_weight<T>(block.index,
                                           {dy + b * dy_block + p * block.rows * lanes, x, pixel + p,
                                            pixels - p < chunk ? pixels - p : chunk, tap, tap_blocks,
                                            sums + g * group_sums + b * tap_blocks * block_sums});
            }
        }
    }
    for (Size o = 0; o < work.groups * work.y_channels; ++o) {
        const Size in_group = o % work.y_channels;
        const T* from = sums + o / work.y_channels * group_sums +
                        in_group / block.rows * tap_blocks * block_sums +
                        in_group % block.rows * block.columns;
        for (Size k = 0; k < taps && work.dweight != nullptr; ++k) {
            T& to = work.dweight[o * taps + k];
            to = (work.weight_accumulates ? to : T(0)) +
                 from[k / block.columns * block_sums + k % block.columns];
        }
        if (work.dbias == nullptr) continue;
        T total = 0;
        for (Size lane = 0; lane < lanes; ++lane) total += totals[o * lanes + lane];
        work.dbias[o] = (work.bias_accumulates ? work.dbias[o] : T(0)) + total;
    }
}

/// dbias = the sums of dy's planes, or what was there plus them.
template <class T>
void sum_channels(const T* dy, Size batch, Size channels, Size plane, T* dbias, bool accumulate) {
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        for (Size c = 0; c < channels; ++c) {
            V sum(0);
            for (Size n = 0; n < batch; ++n) {
                const T* from = dy + (n * channels + c) * plane;
                V of_sample(0);
                Size i = 0;
                for (; i + V::width <= plane; i += V::width) of_sample += V::load(from + i);
                if (i < plane) of_sample += V::load(from + i, plane - i);
                sum += of_sample;
            }
            dbias[c] = (accumulate ? dbias[c] : T(0)) + sum.total();
        }
    });
}

#ifdef STRATA_INSTANCE
STRATA_INSTANCE void sum_channels(const float*, Size, Size, Size, float*, bool);
#endif

}  // namespace strata::cpu::detail
