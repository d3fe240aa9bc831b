#pragma once
// Convolutions of 3 x 3 by Winograd's minimal filtering F(2 x 2, 3 x 3): 16 products for four outputs instead
// of 36. Tiles of 4 x 4 inputs are transformed to 16 planes, these multiplied with the transformed weights by
// the kernel of convolution_tile.hpp, and the products transformed to 2 x 2 outputs.
// Source: A. Lavin, S. Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016, section 4.1.

#include <strata/backends/cpu/convolution_planes.hpp>
#include <strata/backends/cpu/convolution_tile.hpp>

namespace strata::cpu::detail {

/// A tile's first input, and its first output with what is there of the 2 x 2.
struct WinogradTile {
    Size source, target;
    bool right, below;
};

/// Tiles between the planes [channel][row][column][lane] and [which of 16][channel][tile][lane].
template <class T>
struct WinogradStrip {
    const WinogradTile* tiles;
    Size count;
    Size plane, pitch;  ///< of an image: from one channel, and from one row, to the next
    Size channels;
    Size step;  ///< from one of the 16 to the next
    Size row;   ///< from one channel's tiles to the next's
};

/// One row or column of Bᵀ d.
template <class V>
STRATA_INLINE inline void winograd_input(V& a, V& b, V& c, V& d) {
    const V first = a - c, second = b + c, third = c - b, fourth = b - d;
    a = first, b = second, c = third, d = fourth;
}

template <class V, class T, Size... I, Size... J>
STRATA_INLINE inline void transform_tile(const T* x, Size pitch, T* to, Size step, std::index_sequence<I...>,
                                         std::index_sequence<J...>) {
    V v[16] = {V::load(x + I / 4 * pitch + I % 4 * V::width)...};
    (winograd_input(v[4 * J], v[4 * J + 1], v[4 * J + 2], v[4 * J + 3]), ...);
    (winograd_input(v[J], v[4 + J], v[8 + J], v[12 + J]), ...);
    (v[I].store(to + I * step), ...);
}

template <class T>
void winograd_inputs(const WinogradStrip<T>& strip, const T* x, T* to) {
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        for (Size c = 0; c < strip.channels; ++c)
            for (Size t = 0; t < strip.count; ++t)
                transform_tile<V>(x + c * strip.plane + strip.tiles[t].source, strip.pitch,
                                  to + c * strip.row + t * V::width, strip.step,
                                  std::make_index_sequence<16>{}, std::make_index_sequence<4>{});
    });
}

template <class V, class T, Size... I, Size... J>
STRATA_INLINE inline void transform_back(const T* from, Size step, const V& bias, T* y, Size pitch,
                                         bool right, bool below, std::index_sequence<I...>,
                                         std::index_sequence<J...>) {
    const V v[16] = {V::load(from + I * step)...};
    const V upper[4] = {v[J] + v[4 + J] + v[8 + J]...}, lower[4] = {v[4 + J] - v[8 + J] - v[12 + J]...};
    (upper[0] + upper[1] + upper[2] + bias).store(y);
    if (right) (upper[1] - upper[2] - upper[3] + bias).store(y + V::width);
    if (below) (lower[0] + lower[1] + lower[2] + bias).store(y + pitch);
    if (right && below) (lower[1] - lower[2] - lower[3] + bias).store(y + pitch + V::width);
}

template <class T>
void winograd_outputs(const WinogradStrip<T>& strip, const T* from, const T* bias, T* y) {
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        for (Size c = 0; c < strip.channels; ++c) {
            const V b(bias == nullptr ? T(0) : bias[c]);
            for (Size t = 0; t < strip.count; ++t) {
                const WinogradTile& tile = strip.tiles[t];
                transform_back<V>(from + c * strip.row + t * V::width, strip.step, b,
                                  y + c * strip.plane + tile.target, strip.pitch, tile.right, tile.below,
                                  std::make_index_sequence<16>{}, std::make_index_sequence<4>{});
            }
        }
    });
}

/// G g Gᵀ of a kernel, each of the 16 `step` after the last.
template <class T>
void winograd_weight(const T* g, bool flipped, T* to, Size step) {
    const auto at = [&](Size i, Size j) { return flipped ? g[3 * (2 - i) + 2 - j] : g[3 * i + j]; };
    T rows[4][3];
    for (Size j = 0; j < 3; ++j) {
        const T ends = at(0, j) + at(2, j), middle = at(1, j);
        rows[0][j] = at(0, j), rows[1][j] = (ends + middle) / 2;
        rows[2][j] = (ends - middle) / 2, rows[3][j] = at(2, j);
    }
    for (Size i = 0; i < 4; ++i, to += 4 * step) {
        const T ends = rows[i][0] + rows[i][2], middle = rows[i][1];
        to[0] = rows[i][0], to[step] = (ends + middle) / 2;
        to[2 * step] = (ends - middle) / 2, to[3 * step] = rows[i][2];
    }
}

/// Whether it can be done, and pays: it costs 4 instead of 9 multiplications per channel pair, and two
/// transformations.
template <class T>
bool prefers_winograd(const LaneConvolution<T>& work) {
    const auto fits = [](const LaneAxis& a) {
        return a.kernel == 3 && a.stride == 1 && a.dilation == 1 && a.out >= 2 &&
               (!a.transposed || (a.before <= 2 && a.in + 2 - a.before <= a.out + 2));
    };
    if (!fits(work.rows) || !fits(work.columns) || (work.mode != PaddingMode::zeros && work.rows.transposed))
        return false;
    const auto number = [](Size n) { return static_cast<double>(n); };
    // Taps that are not padding: what the other way multiplies.
    const auto taps = [&](const LaneAxis& a) {
        const Size front = a.transposed ? 2 - a.before : a.before, back = a.out + 2 - a.in - front;
        return number(3 * a.out) - number(front * (front + 1) + back * (back + 1)) / 2;
    };
    const double in = number(work.x_channels), out = number(work.y_channels);
    const double tiled = number((work.rows.out + 1) / 2 * ((work.columns.out + 1) / 2) * 4);
    return tiled * (4 * in * out + 14 * in + 15 * out) <
           0.8 * in * out * taps(work.rows) * taps(work.columns);
}

template <class T>
void convolve_winograd(const LaneConvolution<T>& work) {
    const Size lanes = lane_count<T>();
    const BestBlock best = channel_block<T>(work.y_channels, lanes);
    const Size block = best.rows;
    const Size blocks = (work.y_channels + block - 1) / block, in = work.x_channels;
    const LaneAxis &rows = work.rows, &columns = work.columns;
    const bool mapped = work.mode != PaddingMode::zeros;
    const auto before = [](const LaneAxis& a) { return a.transposed ? 2 - a.before : a.before; };
    const Size high = (rows.out + 1) / 2, wide = (columns.out + 1) / 2;  // in tiles
    auto& scratch = ConvolutionScratch::of_this_thread();

    PlanePacker<T> packer = {work.x.sample, lanes, work.window_rows, work.window_columns,
                             work.mode,     true,  nullptr};
    if (!mapped) {
        packer.rows = {.in = rows.in, .before = before(rows), .after = 2};
        packer.columns = {.in = columns.in, .before = before(columns)};
        packer.columns.after = 2 * wide + 2 - columns.in - before(columns);
    }
    const Size pitch = packer.width();

    // Rows of tiles at a time, and a strip of their tiles: inputs and transformed inputs stay in the second
    // cache.
    constexpr Size bytes = Size(1) << 18;
    const Size row_bytes = 2 * (in * pitch + work.y_channels * columns.out) * lanes * sizeof(T);
    const Size most_rows = bytes / row_bytes < 1 ? 1 : bytes / row_bytes < high ? bytes / row_bytes : high;
    const Size tile_rows =
        (high + (high + most_rows - 1) / most_rows - 1) / ((high + most_rows - 1) / most_rows);
    const Size most_tiles = bytes / 2 / (16 * in * lanes * sizeof(T));
    const Size strip = most_tiles < 6 ? 6 : most_tiles / 6 * 6;

    const Size block_weights = block * (1 + 16 * in);
    T* const weights = scratch.take<T>(Room::weights, work.groups * blocks * block_weights);
    for (Size g = 0; g < work.groups; ++g)
        for (Size o = 0; o < blocks * block; ++o) {
            T* const to = weights + (g * blocks + o / block) * block_weights + o % block;
            const T none[9] = {};
            *to = 0;
            for (Size c = 0; c < in; ++c) {
                const T* const from =
                    work.weight + g * in * work.y_channels * 9 + o * work.weight_of_y + c * work.weight_of_x;
                winograd_weight(o < work.y_channels ? from : none, rows.transposed, to + (1 + c) * block,
                                in * block);
            }
        }

    const Size x_plane = ((2 * tile_rows + 2 + piece<T>)*pitch | 1) * lanes;
    const Size y_plane = ((2 * tile_rows * columns.out + piece<T>) | 1) * lanes;
    const Size step = (in * strip | 1) * lanes;  // of the 16 transformed inputs
    T* const x = scratch.take<T>(Room::x, in * x_plane);
    T* const y = scratch.take<T>(Room::y, work.y_channels * y_plane);
    T* const transformed = scratch.take<T>(Room::transformed, 16 * step);
    T* const products = scratch.take<T>(Room::products, block * 16 * strip * lanes);
    if (!mapped) {
        Size* const places = scratch.take<Size>(Room::places, (2 * tile_rows + 2) * columns.in + piece<T>);
        for (Size i = 0; i < (2 * tile_rows + 2) * columns.in + piece<T>; ++i)
            places[i] = (i / columns.in * pitch + packer.columns.before + i % columns.in) * lanes;
        packer.places = places;
    }
    auto* const tiles = scratch.take<WinogradTile>(Room::tiles, tile_rows * wide);
    auto* const classes = scratch.take<PixelClass>(Room::classes, 16);
    auto* const pixels = scratch.take<Pixel>(Room::pixels, 16 * (strip + WindowTables::spare));
    auto* const taps = scratch.take<Tap>(Room::taps, 16);
    for (Size i = 0; i < 16; ++i) {
        taps[i] = {0, i * in};
        for (Size t = 0; t < strip + WindowTables::spare; ++t) {
            const Size at = t < strip ? t : strip - 1;
            pixels[i * (strip + WindowTables::spare) + t] = {i * step + at * lanes, (i * strip + at) * lanes};
        }
    }

    for (Size first = 0; first < high; first += tile_rows) {
        const Size last = first + tile_rows < high ? first + tile_rows : high, count = (last - first) * wide;
        for (Size t = 0; t < count; ++t) {
            const Size r = t / wide, c = t % wide;
            tiles[t] = {(2 * r * pitch + 2 * c) * lanes, (2 * r * columns.out + 2 * c) * lanes,
                        2 * c + 1 < columns.out, 2 * (first + r) + 1 < rows.out};
        }
        const Size end_row = 2 * last < rows.out ? 2 * last : rows.out;
        const Size high_row = mapped && 2 * last + 2 > rows.in ? rows.in : 2 * last + 2;
        std::memset(x, 0, in * x_plane * sizeof(T));
        for (Size sample = 0; sample < work.batch; sample += lanes) {
            const Size samples = work.batch - sample < lanes ? work.batch - sample : lanes;
            for (Size g = 0; g < work.groups; ++g) {
                for (Size c = 0; c < in; ++c)
                    packer.pack(work.x.data + sample * work.x.sample + (g * in + c) * work.x.plane, samples,
                                2 * first, high_row, x + c * x_plane);
                for (Size t = 0; t < count; t += strip) {
                    const Size now = count - t < strip ? count - t : strip;
                    winograd_inputs<T>({tiles + t, now, x_plane, pitch * lanes, in, step, strip * lanes}, x,
                                       transformed);
                    for (Size i = 0; i < 16; ++i) classes[i] = {i * (strip + WindowTables::spare), now, i, 1};
                    for (Size b = 0; b < blocks; ++b) {
                        convolve_tile<T>(best.index, {transformed, strip * lanes, in,
                                                      weights + (g * blocks + b) * block_weights, 1, products,
                                                      16 * strip * lanes, classes, 16, pixels, taps});
                        const Size channel = b * block, real = work.y_channels - channel < block
                                                                   ? work.y_channels - channel
                                                                   : block;
                        winograd_outputs<T>({tiles + t, now, y_plane, columns.out * lanes, real,
                                             strip * lanes, 16 * strip * lanes},
                                            products,
                                            work.bias == nullptr ? nullptr
                                                                 : work.bias + g * work.y_channels + channel,
                                            y + channel * y_plane);
                    }
                }
                for (Size o = 0; o < work.y_channels; ++o)
                    unpack_run(y + o * y_plane, (end_row - 2 * first) * columns.out,
                               work.y.data + sample * work.y.sample +
                                   (g * work.y_channels + o) * work.y.plane + 2 * first * columns.out,
                               work.y.sample, samples, lanes, work.relu);
            }
        }
    }
}

}  // namespace strata::cpu::detail
