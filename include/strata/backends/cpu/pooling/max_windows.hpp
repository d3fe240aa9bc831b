#pragma once
// Maxima over small windows of any stride, padding and dilation, in packs.

#include <limits>
#include <strata/backends/cpu/pooling/adaptive_windows.hpp>

namespace strata::cpu::detail {

/// y = the largest of each window, `taps` which it is: first along the columns, once per row of the input,
/// then along the rows.
template <class V, bool keeps_taps, class Axis, class T>
STRATA_INLINE inline void max_of_windows(Axis rows, Axis columns, Size planes, const T* x, T* y,
                                         unsigned char* taps) {
    using Ints = typename V::Ints;
    using Int = typename Ints::value_type;
    constexpr T lowest = -std::numeric_limits<T>::infinity();
    const Size in = static_cast<Size>(columns.in), out = static_cast<Size>(columns.out);
    const Size length = WindowRoom::row_length(out), taps_of_row = static_cast<Size>(columns.kernel);
    const int step = rows.step(), reach = (rows.kernel - 1) * step + 1;  // rows that are kept
    DealtRow<T, Axis> dealt;
    T kept[WindowRoom::elements];
    Int kept_taps[WindowRoom::elements], first_taps[WindowRoom::elements];
    dealt.prepare(columns, lowest);
    if constexpr (keeps_taps)
        for (Size j = 0; j < length; ++j) {  // the first tap that is not in the padding
            const int at = static_cast<int>(j < out ? j : 0);
            first_taps[j] = static_cast<Int>((columns.first(at) - columns.begin(at)) / columns.step());
        }

    const Size size = static_cast<Size>(rows.in) * in;
    for (Size plane = 0; plane < planes; ++plane) {
        int done = 0;
        for (int o = 0; o < rows.out; ++o, y += out, taps += keeps_taps ? out : 0) {
            const int first = rows.first(o), end = rows.end(o);
            // Rows of later windows begin there, and may lie between those of this one.
            for (done = done < rows.begin(o) ? rows.begin(o) : done; done < end; ++done) {
                const Size at = plane * size + static_cast<Size>(done) * in;
                dealt.template deal<V>(columns, x + at, planes * size - at, lowest);
                const Size slot = static_cast<Size>(done % reach) * length;
                for (Size j = 0; j < out; j += V::width) {
                    V value = V::load(dealt.tap[0] + j);
                    if constexpr (keeps_taps) {
                        Ints tap = Ints::load(first_taps + j);
                        for (Size k = 1; k < taps_of_row; ++k)
                            take_larger(value, tap, V::load(dealt.tap[k] + j), Ints(k));
                        tap.store(kept_taps + slot + j);
                    } else {
                        for (Size k = 1; k < taps_of_row; ++k) take_larger(value, V::load(dealt.tap[k] + j));
                    }
                    value.store(kept + slot + j);
                }
            }
            const Size left =
                (planes - plane) * static_cast<Size>(rows.out) * out - static_cast<Size>(o) * out;
            for_packs_of_row<V>(out, left, [&](Size j, Size count) STRATA_INLINE_LAMBDA {
                const Size slot = static_cast<Size>(first % reach) * length + j;
                Size tap_of_row = static_cast<Size>((first - rows.begin(o)) / step) * taps_of_row;
                V value = V::load(kept + slot);
                if constexpr (keeps_taps) {
                    Ints tap = Ints::load(kept_taps + slot) + Ints(tap_of_row);
                    for (int row = first + step; row < end; row += step) {
                        const Size other = static_cast<Size>(row % reach) * length + j;
                        tap_of_row += taps_of_row;
                        take_larger(value, tap, V::load(kept + other),
                                    Ints::load(kept_taps + other) + Ints(tap_of_row));
                    }
                    if (count == V::width) {
                        store_bytes(taps + j, tap);
                    } else {
                        Int lanes[V::width];
                        tap.store(lanes);
                        for (Size k = 0; k < count; ++k) taps[j + k] = static_cast<unsigned char>(lanes[k]);
                    }
                } else {
                    for (int row = first + step; row < end; row += step)
                        take_larger(value, V::load(kept + static_cast<Size>(row % reach) * length + j));
                }
                store_some(value, y + j, count);
            });
        }
    }
}

}  // namespace strata::cpu::detail
