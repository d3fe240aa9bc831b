#pragma once
// The inner loop of a convolution whose lanes are samples: O output channels of P pixels stay in registers
// while all input channels and taps go by. One weight meets P vectors, and one vector O weights.

#include <strata/backends/cpu/convolution_lanes.hpp>
#include <strata/backends/cpu/convolution_windows.hpp>

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

/// How many pixels go with O channels: their sums, and one vector of either kind, fit the registers.
template <Size registers, Size O>
inline constexpr Size pixels_for = [] {
    constexpr Size wide[] = {0, 8, 8, 8, 6, 4, 4, 3, 3}, narrow[] = {0, 8, 5, 4, 3, 2, 2};
    return registers == 32 ? wide[O] : narrow[O];
}();
template <Size registers>
inline constexpr Size most_channels = registers == 32 ? 8 : 6;

template <class V, Size O, Size P, class T, Size... I, Size... J>
STRATA_INLINE inline void convolve_pixels(const TileWork<T>& work, const PixelClass& seen, const Pixel* pixel,
                                          std::index_sequence<I...>, std::index_sequence<J...>) {
    // Folds over constant indices keep the sums in registers, see small_matmul.hpp.
    V sums[O * P] = {V(work.weight[I / P])...};
    const T* at[P] = {work.x + pixel[J].source...};
    const T* weight = work.weight + O;
    const Tap* const first = work.tap + seen.first_tap;
    const Tap* const last = first + seen.tap_count;
    for (Size c = 0; c < work.channels; ++c) {
        for (const Tap* tap = first; tap != last; ++tap) {
            const Size source = tap->source;
            const T* const w = weight + tap->weight * O;
            ((sums[I] = multiply_add(V(w[I / P]), V::load(at[I % P] + source), sums[I])), ...);
        }
        ((at[J] += work.x_plane), ...);
        weight += work.taps * O;
    }
    (sums[I].store(work.y + I / P * work.y_plane + pixel[I % P].target), ...);
}

template <class V, Size O, Size P, class T>
STRATA_INLINE inline void convolve_classes(const TileWork<T>& work) {
    for (Size c = 0; c < work.class_count; ++c) {
        const PixelClass& seen = work.classes[c];
        // Pixels that are left over go one by one, or as a whole block that repeats the last.
        constexpr Size single = O < 4 ? 4 : O + 1;  // cycles: a sum waits four for itself
        const Size rest = seen.pixel_count % P, whole = seen.pixel_count - (rest * single < P * O ? rest : 0);
        Size p = 0;
        for (; p < whole; p += P)
            convolve_pixels<V, O, P>(work, seen, work.pixel + seen.first_pixel + p,
                                     std::make_index_sequence<O * P>{}, std::make_index_sequence<P>{});
        for (; p < seen.pixel_count; ++p)
            convolve_pixels<V, O, 1>(work, seen, work.pixel + seen.first_pixel + p,
                                     std::make_index_sequence<O>{}, std::make_index_sequence<1>{});
    }
}

template <class T>
constexpr Size registers_of(Size lanes) {
    return lanes * sizeof(T) == 64 ? 32 : 16;
}

/// y = bias + weight * x for a block of `channels` output channels.
template <class T>
void convolve_tile(Size channels, const TileWork<T>& work) {
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        constexpr Size registers = registers_of<T>(V::width);
        const auto one_of = [&]<Size... O>(std::index_sequence<O...>) {
            (void)((channels == O + 1 &&
                    (convolve_classes<V, O + 1, pixels_for<registers, O + 1>>(work), true)) ||
                   ...);
        };
        one_of(std::make_index_sequence<most_channels<registers>>{});
    });
}

/// The number of output channels that go together: whichever wastes least.
template <class T>
Size channel_block(Size channels, Size lanes) {
    const bool wide = registers_of<T>(lanes) == 32;
    constexpr Size pixels[2][9] = {{0, 8, 5, 4, 3, 2, 2, 1, 1}, {0, 8, 8, 8, 6, 4, 4, 3, 3}};
    Size best = 1;
    double least = 1e300;
    for (Size o = 1; o <= (wide ? 8 : 6); ++o) {
        const Size blocks = (channels + o - 1) / o, p = pixels[wide][o];
        const double multiplications = static_cast<double>(o * p), loads = static_cast<double>(o + p);
        const double cost = static_cast<double>(blocks) / static_cast<double>(p) *
                            ((multiplications > loads ? multiplications : loads) + 0.1 * loads);
        if (cost < least) least = cost, best = o;
    }
    return best;
}

}  // namespace strata::cpu::detail
