#pragma once
// Convolutions of many small groups, such as depthwise ones, without a matrix product, whose matrices would
// have one row: an output, or an input of the backward pass, is the sum of one thread; a weight's gradient is
// that of a block.

#include <strata/backends/cuda/convolution/window.hpp>
#include <strata/backends/cuda/map.hpp>

namespace strata::cuda::detail {

/// y[n, o, p] for the plane (n, o)
template <class C, class T>
struct DirectConvolution {
    using Rows = typename C::Rows;
    using Columns = typename C::Columns;
    const T *x, *weight, *bias;
    T* y;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size plane, Size begin, Size count) const {
        const Size n = plane / C::out_channels, o = plane - n * C::out_channels;
        const Size first_channel = o / C::out_group * C::in_group;
        const T* const from = x + (n * C::in_channels + first_channel) * C::in_pixels;
        const T* const weights = weight + o * C::terms;
        const T start = bias == nullptr ? T(0) : bias[o];
        T* const to = y + plane * C::out_pixels;
        group.for_each(count, [&](Size k) {
            const int p = int(begin + k), i = p / Columns::out, j = p % Columns::out;
            T sum = start;
            for (int down = 0; down < Rows::kernel; ++down) {
                const int row = source_of<Rows, C::mode>(i * Rows::stride + down * Rows::dilation);
                if (row < 0) continue;
                for (int right = 0; right < Columns::kernel; ++right) {
                    const int column =
                        source_of<Columns, C::mode>(j * Columns::stride + right * Columns::dilation);
                    if (column < 0) continue;
                    const T* const at = from + (row * Columns::in + column);
                    const T* const w = weights + (down * Columns::kernel + right);
                    for (Size c = 0; c < C::in_group; ++c) sum += at[c * C::in_pixels] * w[c * C::taps];
                }
            }
            to[p] = sum;
        });
    }
};

/// dx[n, c, q] for the plane (n, c)
template <class C, class T>
struct DirectBackwardInput {
    using Rows = typename C::Rows;
    using Columns = typename C::Columns;
    const T *dy, *weight, *bias;
    T* dx;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size plane, Size begin, Size count) const {
        const Size n = plane / C::in_channels, channel = plane - n * C::in_channels;
        const Size which = channel / C::in_group, first = which * C::out_group;
        const T* const from = dy + (n * C::out_channels + first) * C::out_pixels;
        const T* const weights = weight + first * C::terms + (channel - which * C::in_group) * C::taps;
        const T start = bias == nullptr ? T(0) : bias[channel];
        T* const to = dx + plane * C::in_pixels;
        group.for_each(count, [&](Size k) {
            const int q = int(begin + k);
            T sum = start;
            for_each_use<Rows, C::mode>(q / Columns::in, [&](int i, int down) {
                for_each_use<Columns, C::mode>(q % Columns::in, [&](int j, int right) {
                    const T* const at = from + (i * Columns::out + j);
                    const T* const w = weights + (down * Columns::kernel + right);
                    for (Size o = 0; o < C::out_group; ++o) sum += at[o * C::out_pixels] * w[o * C::terms];
                });
            });
            to[q] = sum;
        });
    }
};

/// dweight[o, c, tap] = the sum of dy[n, o, p] and what the tap sees, over n and p; or += ...
template <class C, class T>
struct DirectBackwardWeight {
    using Rows = typename C::Rows;
    using Columns = typename C::Columns;
    const T *x, *dy;
    Size batch;
    T* dweight;
    bool accumulate;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size weight) const {
        const Size o = weight / C::terms, term = weight - o * C::terms;
        const Size channel = o / C::out_group * C::in_group + term / C::taps;
        const int tap = int(term % C::taps);
        const int down = tap / Columns::kernel * Rows::dilation;
        const int right = tap % Columns::kernel * Columns::dilation;
        const T* const inputs = x + channel * C::in_pixels;
        const T* const gradients = dy + o * C::out_pixels;
        const double sum = group.sum(batch * C::out_pixels, [&](Size k) {
            const Size n = k / C::out_pixels;
            const int p = int(k - n * C::out_pixels), i = p / Columns::out, j = p % Columns::out;
            const int row = source_of<Rows, C::mode>(i * Rows::stride + down);
            const int column = source_of<Columns, C::mode>(j * Columns::stride + right);
            if (row < 0 || column < 0) return 0.0;
            return static_cast<double>(
                       inputs[n * (C::in_channels * C::in_pixels) + Size(row * Columns::in + column)]) *
                   static_cast<double>(gradients[n * (C::out_channels * C::out_pixels) + Size(p)]);
        });
        if (group.leads())
            dweight[weight] = static_cast<T>(accumulate ? static_cast<double>(dweight[weight]) + sum : sum);
    }
};

}  // namespace strata::cuda::detail
