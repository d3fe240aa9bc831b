#pragma once
// The inner loop of a convolution whose lanes are samples: O output channels of P pixels stay in registers
// while all input channels and taps go by. One weight meets P vectors, and one vector O weights.

#include <iterator>
#include <strata/backends/cpu/convolution/lanes.hpp>
#include <strata/backends/cpu/convolution/windows.hpp>

namespace strata::cpu::detail {

/// What the kernel reads and writes for one block of output channels.
template <class T>
struct TileWork {
    const T* x;  ///< [channel][source pixel][lane], channels `x_plane` apart
    Size x_plane, channels;
    const T* weight;  ///< bias[O], then [channel][tap][O]
    Size taps;        ///< per channel
    T* y;             ///< [O][pixel][lane], channels `y_plane` apart
    Size y_plane;
    const PixelClass* classes;
    Size class_count;
    const Pixel* pixel;
    const Tap* tap;
};

/// A block of sums that is kept in registers, with one vector of either kind: rows times columns.
struct SumBlock {
    Size rows, columns;
};
/// The blocks there are: output channels times pixels, and, for the weights' gradient, output channels times
/// taps. Few for processors without AVX2, because each is a function to compile.
template <Size bytes>
struct SumBlocks {
    static constexpr SumBlock tile[3] = {{1, 8}, {2, 5}, {4, 3}};
    static constexpr SumBlock weight[2] = {{1, 9}, {4, 3}};
};
template <>
struct SumBlocks<32> {
    static constexpr SumBlock tile[6] = {{1, 8}, {2, 5}, {3, 4}, {4, 3}, {5, 2}, {6, 2}};
    static constexpr SumBlock weight[5] = {{1, 9}, {2, 5}, {3, 4}, {4, 3}, {6, 2}};
};
template <>
struct SumBlocks<64> {
    static constexpr SumBlock tile[8] = {{1, 8}, {2, 8}, {3, 8}, {4, 6}, {5, 4}, {6, 4}, {7, 3}, {8, 3}};
    static constexpr SumBlock weight[6] = {{1, 9}, {2, 9}, {3, 8}, {4, 6}, {5, 5}, {8, 3}};
};

/// The block that is the quickest for so many rows and columns.
struct BestBlock : SumBlock {
    Size index = 0;

    BestBlock(const SumBlock* blocks, Size count_of_them, Size all_rows, Size all_columns) {
        double least = 1e300;
        for (Size i = 0; i < count_of_them; ++i) {
            const SumBlock b = blocks[i];
            const Size count = (all_rows + b.rows - 1) / b.rows * ((all_columns + b.columns - 1) / b.columns);
            const Size products = b.rows * b.columns, loads = b.rows + b.columns;
            const double cost =
                static_cast<double>(count) *
                (static_cast<double>(products > loads ? products : loads) + 0.1 * static_cast<double>(loads));
            if (cost >= least) continue;
            least = cost, index = i, rows = b.rows, columns = b.columns;
        }
    }
};
/// Calls f(SumBlocks<bytes>{}) with the bytes of `lanes` lanes of T.
template <class T, class F>
auto with_blocks(Size lanes, const F& f) {
    const Size bytes = lanes * sizeof(T);
    return bytes == 64 ? f(SumBlocks<64>{}) : bytes == 32 ? f(SumBlocks<32>{}) : f(SumBlocks<16>{});
}

template <class V, Size O, Size P, class T, Size... I, Size... J>
STRATA_INLINE inline void convolve_pixels(const TileWork<T>& work, const PixelClass& seen, const Pixel* pixel,
                                          std::index_sequence<I...>, std::index_sequence<J...>) {
    // Folds over constant indices keep the sums in registers, see small_matmul.hpp; what is read of `work` is
    // read once, because a store might change it.
    V sums[O * P] = {V(work.weight[I / P])...};
    const T* at[P] = {work.x + pixel[J].source...};
    T* const to[P] = {work.y + pixel[J].target...};
    const T* weight = work.weight + O;
    const Tap* const first = work.tap + seen.first_tap;
    const Tap* const last = first + seen.tap_count;
    const Size y_plane = work.y_plane;
    for (Size c = work.channels; c > 0; --c) {
        for (const Tap* tap = first; tap != last; ++tap) {
            const Size source = tap->source;
            const T* const w = weight + tap->weight * O;
            ((sums[I] = multiply_add(V(w[I / P]), V::load(at[I % P] + source), sums[I])), ...);
        }
        ((at[J] += work.x_plane), ...);
        weight += work.taps * O;
    }
    (sums[I].store(to[I % P] + I / P * y_plane), ...);
}

template <class V, Size O, Size P, class T>
STRATA_INLINE inline void convolve_classes(const TileWork<T>& work) {
    for (Size c = 0; c < work.class_count; ++c) {
        const PixelClass& seen = work.classes[c];
        // With many registers, pixels that are left over go one by one where that is quicker than a whole
        // block that repeats the last.
        constexpr Size single = O < 4 ? 4 : O + 1;  // cycles: a sum waits four for itself
        constexpr bool singles = sizeof(V) == 64;
        const Size rest = seen.pixel_count % P;
        const Size whole = seen.pixel_count - (singles && rest * single < P * O ? rest : 0);
        Size p = 0;
        for (; p < whole; p += P)
            convolve_pixels<V, O, P>(work, seen, work.pixel + seen.first_pixel + p,
                                     std::make_index_sequence<O * P>{}, std::make_index_sequence<P>{});
        if constexpr (singles)
            for (; p < seen.pixel_count; ++p)
                convolve_pixels<V, O, 1>(work, seen, work.pixel + seen.first_pixel + p,
                                         std::make_index_sequence<O>{}, std::make_index_sequence<1>{});
    }
}

template <class V, class T, Size... I>
STRATA_INLINE inline void convolve_one_of(Size index, const TileWork<T>& work, std::index_sequence<I...>) {
    constexpr auto& blocks = SumBlocks<sizeof(V)>::tile;
    (void)((index == I && (convolve_classes<V, blocks[I].rows, blocks[I].columns>(work), true)) || ...);
}

/// y = bias + weight * x for one block of output channels, of the block with that index.
template <class T>
void convolve_tile(Size index, const TileWork<T>& work) {
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        convolve_one_of<V>(index, work, std::make_index_sequence<std::size(SumBlocks<sizeof(V)>::tile)>{});
    });
}

/// The block for so many output channels.
template <class T>
BestBlock channel_block(Size channels, Size lanes) {
    constexpr Size many_pixels = 840;  // whole blocks
    return with_blocks<T>(lanes, [&](auto blocks) {
        return BestBlock(blocks.tile, std::size(blocks.tile), channels, many_pixels);
    });
}

}  // namespace strata::cpu::detail
