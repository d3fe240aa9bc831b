#pragma once
// The inner loop of a convolution's weight gradient: the sums of O output channels times C taps stay in
// registers while pixels go by, lanes being samples; at the end the lanes are added.

#include <strata/backends/cpu/convolution/tile.hpp>

namespace strata::cpu::detail {

/// Some pixels of a block of output channels times all taps.
template <class T>
struct WeightWork {
    const T* dy;        ///< [pixel][O][lane]
    const T* x;         ///< [channel][source pixel][lane]
    const Size* pixel;  ///< each pixel's place in a channel of x
    Size pixels;
    const Size* tap;  ///< each tap's distance from there; whole blocks of C
    Size tap_blocks;
    T* sums;  ///< [tap block][weight_block_size(O, C)], added to
};

/// The sums of a block of taps, rounded up to whole pieces.
template <class T>
constexpr Size weight_block_size(Size o, Size c) {
    return (o * c + piece<T> - 1) / piece<T> * piece<T>;
}

/// A piece's worth of sums over the lanes of as many vectors.
template <class V, class T>
STRATA_INLINE inline void add_quarters(const V& v, T* to) {
    if constexpr (sizeof(V) == 16) {
        (V::load(to) + v).store(to);
    } else {
        using Half = Pack<T, V::width / 2>;
        Half low, high;
        V::Do::template shuffle<Consecutive<0>>(low.v, v.v, v.v);
        V::Do::template shuffle<Consecutive<Half::width>>(high.v, v.v, v.v);
        add_quarters(low + high, to);
    }
}
template <class V, class T>
STRATA_INLINE inline void add_totals(V* v, T* to) {
    transpose_quarters(v);
    if constexpr (piece<T> == 2)
        add_quarters(v[0] + v[1], to);
    else
        add_quarters((v[0] + v[1]) + (v[2] + v[3]), to);
}

template <class V, Size O, Size C, class T, Size... I, Size... J, Size... K>
STRATA_INLINE inline void weight_block(const WeightWork<T>& work, const Size* tap, T* sums,
                                       std::index_sequence<I...>, std::index_sequence<J...>,
                                       std::index_sequence<K...>) {
    V v[weight_block_size<T>(O, C)];
    ((v[I] = V(0)), ...);
    const T* const at[C] = {work.x + tap[J]...};
    const T* dy = work.dy;
    const Size* const last = work.pixel + work.pixels;
    for (const Size* pixel = work.pixel; pixel != last; ++pixel, dy += O * V::width) {
        const Size source = *pixel;
        ((v[I] = multiply_add(V::load(dy + I / C * V::width), V::load(at[I % C] + source), v[I])), ...);
    }
    (add_totals(v + K * piece<T>, sums + K * piece<T>), ...);
}

template <class V, Size O, Size C, class T>
STRATA_INLINE inline void weight_blocks(const WeightWork<T>& work) {
    constexpr Size size = weight_block_size<T>(O, C);
    for (Size b = 0; b < work.tap_blocks; ++b)
        weight_block<V, O, C>(work, work.tap + b * C, work.sums + b * size, std::make_index_sequence<size>{},
                              std::make_index_sequence<C>{}, std::make_index_sequence<size / piece<T>>{});
}

template <class T>
BestBlock weight_block_for(Size channels, Size taps, Size lanes) {
    return with_blocks<T>(lanes, [&](auto blocks) {
        return BestBlock(blocks.weight, std::size(blocks.weight), channels, taps);
    });
}

template <class V, class T, Size... I>
STRATA_INLINE inline void weight_one_of(Size index, const WeightWork<T>& work, std::index_sequence<I...>) {
    constexpr auto& blocks = SumBlocks<sizeof(V)>::weight;
    (void)((index == I && (weight_blocks<V, blocks[I].rows, blocks[I].columns>(work), true)) || ...);
}

/// The sums of a block of output channels, of the block with that index.
template <class T>
void convolve_weight(Size index, const WeightWork<T>& work) {
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        weight_one_of<V>(index, work, std::make_index_sequence<std::size(SumBlocks<sizeof(V)>::weight)>{});
    });
}

}  // namespace strata::cpu::detail
