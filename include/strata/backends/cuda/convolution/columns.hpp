#pragma once
// Convolutions as matrix products, for some samples at once. With a column for each output pixel (n, p),
//
//   columns (in_channels * taps, samples * pixels)    what the taps see
//   channels (out_channels, samples * pixels)         y, or its gradient, with the samples side by side
//   channels = weight columns
//
// Groups are rows that follow one another in all three.

#include <strata/backends/cuda/convolution/window.hpp>
#include <strata/backends/cuda/map.hpp>

namespace strata::cuda::detail {

/// A plane of pixels at a time, in tiles: work(group, plane, begin, count).
template <class Work>
struct InTiles {
    static constexpr Size tile = 1024;
    Work work;
    Size pixels, tiles;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size job) const {
        const Size plane = job / tiles, begin = (job - plane * tiles) * tile, left = pixels - begin;
        work(group, plane, begin, left < tile ? left : tile);
    }
};

/// columns[(c, tap), n, p] = what tap of output p sees in x[n, c], for the plane ((c, tap), n)
template <class C, class T>
struct MakeColumns {
    using Rows = typename C::Rows;
    using Columns = typename C::Columns;
    const T* x;
    Size samples;
    T* columns;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size plane, Size begin, Size count) const {
        const Size row = plane / samples, n = plane - row * samples;
        const Size channel = row / C::taps;
        const int tap = int(row - channel * C::taps);
        const int down = tap / Columns::kernel * Rows::dilation;
        const int right = tap % Columns::kernel * Columns::dilation;
        const T* const from = x + (n * C::in_channels + channel) * C::in_pixels;
        T* const to = columns + plane * C::out_pixels;
        group.for_each(count, [&](Size k) {
            const int p = int(begin + k), i = p / Columns::out, j = p % Columns::out;
            const int source_row = source_of<Rows, C::mode>(i * Rows::stride + down);
            const int source_column = source_of<Columns, C::mode>(j * Columns::stride + right);
            const bool inside = source_row >= 0 && source_column >= 0;
            to[p] = inside ? from[source_row * Columns::in + source_column] : T(0);
        });
    }
};

/// dx[n, c, q] = bias[c] + the sum of all columns[(c, tap), n, p] that see it, for the plane (n, c). The
/// other way round than MakeColumns goes: each sum is one thread's, in one order.
template <class C, class T>
struct GatherColumns {
    using Rows = typename C::Rows;
    using Columns = typename C::Columns;
    const T* columns;
    Size samples;
    const T* bias;
    T* dx;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size plane, Size begin, Size count) const {
        const Size n = plane / C::in_channels, channel = plane - n * C::in_channels;
        const Size stride = samples * C::out_pixels;
        const T* const from = columns + channel * C::taps * stride + n * C::out_pixels;
        const T start = bias == nullptr ? T(0) : bias[channel];
        T* const to = dx + plane * C::in_pixels;
        group.for_each(count, [&](Size k) {
            const int q = int(begin + k);
            T sum = start;
            for_each_use<Rows, C::mode>(q / Columns::in, [&](int i, int down) {
                for_each_use<Columns, C::mode>(q % Columns::in, [&](int j, int right) {
                    sum += from[Size(down * Columns::kernel + right) * stride + Size(i * Columns::out + j)];
                });
            });
            to[q] = sum;
        });
    }
};

/// to[channel, n, p] = from[n, channel, p], for the plane (channel, n)
template <class T>
struct ChannelsFromSamples {
    const T* from;
    Size channels, samples, pixels;
    T* to;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size plane, Size begin, Size count) const {
        const Size channel = plane / samples, n = plane - channel * samples;
        const T* const source = from + (n * channels + channel) * pixels + begin;
        T* const target = to + plane * pixels + begin;
        group.for_each(count, [&](Size k) { target[k] = source[k]; });
    }
};

/// to[n, channel, p] = from[channel, n, p] + bias[channel], for the plane (channel, n)
template <class T>
struct SamplesFromChannels {
    const T* from;
    Size channels, samples, pixels;
    const T* bias;
    T* to;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size plane, Size begin, Size count) const {
        const Size channel = plane / samples, n = plane - channel * samples;
        const T* const source = from + plane * pixels + begin;
        T* const target = to + (n * channels + channel) * pixels + begin;
        const T added = bias == nullptr ? T(0) : bias[channel];
        group.for_each(count, [&](Size k) { target[k] = source[k] + added; });
    }
};

/// y[n, channel, p] += bias[channel], for the plane (n, channel)
template <class T>
struct AddBias {
    T* y;
    Size channels, pixels;
    const T* bias;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size plane, Size begin, Size count) const {
        T* const values = y + plane * pixels + begin;
        const T added = bias[plane % channels];
        group.for_each(count, [&](Size k) { values[k] += added; });
    }
};

}  // namespace strata::cuda::detail
