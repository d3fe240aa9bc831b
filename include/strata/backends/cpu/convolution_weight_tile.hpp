#pragma once
// The inner loop of a convolution's weight gradient: the sums of O output channels times C taps stay in
// registers while pixels go by, lanes being samples; at the end the lanes are added.

#include <strata/backends/cpu/convolution_tile.hpp>

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

/// The blocks that there are: output channels, taps.
struct WeightBlock {
    Size o, c;
};
inline constexpr WeightBlock wide_weight_blocks[] = {{5, 5}, {8, 3}, {4, 6}, {3, 8}, {2, 9}, {1, 9}};
inline constexpr WeightBlock narrow_weight_blocks[] = {{4, 3}, {3, 4}, {2, 5}, {6, 2}, {2, 3}, {1, 9}};

/// Which of them wastes least.
template <class T>
Size weight_block_for(Size channels, Size taps, Size lanes) {
    const bool wide = registers_of<T>(lanes) == 32;
    Size best = 0;
    double least = 1e300;
    for (Size i = 0; i < 6; ++i) {
        const WeightBlock block = wide ? wide_weight_blocks[i] : narrow_weight_blocks[i];
        const Size blocks = (channels + block.o - 1) / block.o * ((taps + block.c - 1) / block.c);
        const double products = static_cast<double>(block.o * block.c);
        const double loads = static_cast<double>(block.o + block.c);
        const double cost =
            static_cast<double>(blocks) * ((products > loads ? products : loads) + 0.1 * loads);
        if (cost < least) least = cost, best = i;
    }
    return best;
}

template <class T>
void convolve_weight(Size which, const WeightWork<T>& work) {
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        const auto one_of = [&]<Size... I>(std::index_sequence<I...>) {
            if constexpr (registers_of<T>(V::width) == 32)
                (void)((which == I &&
                        (weight_blocks<V, wide_weight_blocks[I].o, wide_weight_blocks[I].c>(work), true)) ||
                       ...);
            else
                (void)((which == I &&
                        (weight_blocks<V, narrow_weight_blocks[I].o, narrow_weight_blocks[I].c>(work),
                         true)) ||
                       ...);
        };
        one_of(std::make_index_sequence<6>{});
    });
}

}  // namespace strata::cpu::detail
