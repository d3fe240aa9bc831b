#pragma once
// A convolution in blocks of samples and tiles of rows: turn a block so that its samples are lanes, convolve,
// turn back. Everything is known at run time here, so that all convolutions of a program share this code.

#include <strata/backends/cpu/convolution/planes.hpp>
#include <strata/backends/cpu/convolution/tile.hpp>

namespace strata::cpu::detail {

/// What a padded channel's gradient has outside goes to where the padding came from.
template <class T>
void fold_padding(const LaneConvolution<T>& work, T* plane, T bias, Size lanes) {
    const WindowAxis &rows = work.window_rows, &columns = work.window_columns;
    for (Size r = 0; r < work.rows.out; ++r)
        for (Size c = 0; c < work.columns.out; ++c) {
            const Size from_r = padding_source(rows, work.mode, r) + rows.before;
            const Size from_c = padding_source(columns, work.mode, c) + columns.before;
            T* const to = plane + (from_r * work.columns.out + from_c) * lanes;
            const T* const from = plane + (r * work.columns.out + c) * lanes;
            const bool inside = to == from;
            for (Size lane = 0; lane < lanes; ++lane) to[lane] += inside ? bias : from[lane];
        }
}

/// Weights as the kernel reads them: for each block of `block` channels of y, bias, then
/// [channel][tap][block].
template <class T>
void pack_weights(const LaneConvolution<T>& work, Size group, Size block, bool with_bias, T* to) {
    const Size taps = work.rows.kernel * work.columns.kernel;
    for (Size first = 0; first < work.y_channels; first += block) {
        const Size real = work.y_channels - first < block ? work.y_channels - first : block;
        for (Size o = 0; o < block; ++o)
            *to++ = o < real && with_bias ? work.bias[group * work.y_channels + first + o] : T(0);
        const T* from =
            work.weight + group * work.x_channels * work.y_channels * taps + first * work.weight_of_y;
        for (Size c = 0; c < work.x_channels; ++c, from += work.weight_of_x)
            for (Size tap = 0; tap < taps; ++tap, to += block) {
                for (Size o = 0; o < real; ++o) to[o] = from[o * work.weight_of_y + tap];
                for (Size o = real; o < block; ++o) to[o] = 0;
            }
    }
}

/// Rows of y per tile, so that what is read and written in one stays in the second-level cache.
template <class T>
Size tile_rows(const LaneConvolution<T>& work, Size block, Size lanes) {
    constexpr Size bytes = Size(1) << 19;
    const LaneAxis& rows = work.rows;
    const auto size = [&](Size tile) {
        const Size reach = rows.dilation * (rows.kernel - 1) + 1;
        const Size seen =
            rows.transposed ? (tile + reach) / rows.stride + 1 : (tile - 1) * rows.stride + reach;
        return ((seen < rows.in ? seen : rows.in) * work.columns.in * work.x_channels +
                tile * work.columns.out * block) *
               lanes * sizeof(T);
    };
    Size tiles = 1;
    while (tiles < rows.out && size((rows.out + tiles - 1) / tiles) > bytes) ++tiles;
    return (rows.out + tiles - 1) / tiles;
}

template <class T>
void convolve(const LaneConvolution<T>& work) {
    const Size lanes = lane_count<T>();
    const BestBlock best = channel_block<T>(work.y_channels, lanes);
    const Size block = best.rows;
    const Size blocks = (work.y_channels + block - 1) / block;
    const Size taps = work.rows.kernel * work.columns.kernel;
    const bool folds = work.mode != PaddingMode::zeros && work.rows.transposed;
    const Size tile = folds ? work.rows.out : tile_rows(work, block, lanes);
    auto& scratch = ConvolutionScratch::of_this_thread();

    const Size block_weights = block * (1 + work.x_channels * taps);
    T* const weights = scratch.take<T>(Scratch::weights, work.groups * blocks * block_weights);
    for (Size g = 0; g < work.groups; ++g)
        pack_weights(work, g, block, work.bias != nullptr && !folds, weights + g * blocks * block_weights);

    const bool padded = work.mode != PaddingMode::zeros && !folds;
    const PlanePacker<T> packer = {work.x.sample,
                                   lanes,
                                   padded ? work.window_rows : WindowAxis{.in = work.rows.in},
                                   padded ? work.window_columns : WindowAxis{.in = work.columns.in},
                                   work.mode,
                                   padded,
                                   nullptr};
    WindowTables windows(work.rows, work.columns, lanes);
    for (Size first = 0; first < work.rows.out; first += tile) {
        const Size last = first + tile < work.rows.out ? first + tile : work.rows.out;
        windows.tile(first, last);
        // Planes are an odd number of vectors apart: powers of two would meet in the same cache lines.
        const Size x_plane =
            (((windows.high_row - windows.low_row) * work.columns.in + piece<T>) | 1) * lanes;
        const Size y_plane = (((last - first) * work.columns.out + piece<T>) | 1) * lanes;
        T* const x = scratch.take<T>(Scratch::x, work.x_channels * x_plane);
        T* const y = scratch.take<T>(Scratch::y, block * y_plane);
        for (Size sample = 0; sample < work.batch; sample += lanes) {
            const Size count = work.batch - sample < lanes ? work.batch - sample : lanes;
            for (Size g = 0; g < work.groups; ++g) {
                const T* from = work.x.data + sample * work.x.sample + g * work.x_channels * work.x.plane;
                for (Size c = 0; c < work.x_channels && windows.high_row > 0; ++c, from += work.x.plane)
                    packer.pack(from, count, windows.low_row, windows.high_row, x + c * x_plane);
                for (Size b = 0; b < blocks; ++b) {
                    const T* const weight = weights + (g * blocks + b) * block_weights;
                    convolve_tile<T>(best.index,
                                     {x, x_plane, work.x_channels, weight, taps, y, y_plane, windows.classes,
                                      windows.class_count, windows.pixels, windows.taps});
                    for (Size o = 0; o < block && b * block + o < work.y_channels; ++o) {
                        const Size channel = g * work.y_channels + b * block + o;
                        T* to = work.y.data + sample * work.y.sample + channel * work.y.plane;
                        T* const result = y + o * y_plane;
                        if (!folds) {
                            unpack_run(result, (last - first) * work.columns.out,
                                       to + first * work.columns.out, work.y.sample, count, lanes);
                            continue;
                        }
                        fold_padding(work, result, work.bias == nullptr ? T(0) : work.bias[channel], lanes);
                        const WindowAxis &rows = work.window_rows, &columns = work.window_columns;
                        for (Size r = 0; r < rows.in; ++r, to += columns.in)
                            unpack_run(result +
                                           ((r + rows.before) * work.columns.out + columns.before) * lanes,
                                       columns.in, to, work.y.sample, count, lanes);
                    }
                }
            }
        }
    }
}

}  // namespace strata::cpu::detail
