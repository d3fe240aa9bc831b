#pragma once
// Windows of every kind, one after the other: for adaptive pools, and for windows that are too large for the
// packs of max_windows.hpp and average_windows.hpp. And the backward pass of maxima, which adds one number
// per window.

#include <strata/core/operations/pool_geometry.hpp>

namespace strata::cpu::detail {

/// Calls f(plane, o, p) for each window, in the order of the outputs.
template <class Axis, class F>
void for_each_window(const Axis& rows, const Axis& columns, Size planes, const F& f) {
    for (Size plane = 0; plane < planes; ++plane)
        for (int o = 0; o < rows.out; ++o)
            for (int p = 0; p < columns.out; ++p) f(plane, o, p);
}

template <class T, class Axis>
Size plane_offset(const Axis& rows, const Axis& columns, Size plane) {
    return plane * static_cast<Size>(rows.in) * static_cast<Size>(columns.in);
}

/// `taps` may be null.
template <class Axis, class T, class Tap>
void max_of_windows_plainly(Axis rows, Axis columns, Size planes, const T* x, T* y, Tap* taps) {
    for_each_window(rows, columns, planes, [&](Size plane, int o, int p) {
        const T* const image = x + plane_offset<T>(rows, columns, plane);
        const int row_begin = rows.begin(o), row_end = rows.end(o), row_step = rows.step();
        const int begin = columns.begin(p), first = columns.first(p), end = columns.end(p);
        const int step = columns.step();
        int row = rows.first(o);
        T value = image[row * columns.in + first];
        int its_row = row, its_column = first;
        for (; row < row_end; row += row_step) {
            const T* const from = image + static_cast<Size>(row) * static_cast<Size>(columns.in);
            for (int i = first; i < end; i += step) {
                const T candidate = from[i];
                const bool taken = candidate > value || candidate != candidate;
                value = taken ? candidate : value;
                its_row = taken ? row : its_row;
                its_column = taken ? i : its_column;
            }
        }
        *y++ = value;
        if (taps != nullptr)
            *taps++ = static_cast<Tap>((its_row - row_begin) / row_step * columns.kernel +
                                       (its_column - begin) / step);
    });
}

/// dx = the sum of dy over the windows whose largest element it is.
template <class Axis, class T, class Tap>
void max_of_windows_backward(Axis rows, Axis columns, Size planes, const T* dy, const Tap* taps, T* dx) {
    for (Size i = 0; i < plane_offset<T>(rows, columns, planes); ++i) dx[i] = T(0);
    constexpr int known = 256;  // taps whose place is worked out once
    std::ptrdiff_t places[known];
    const auto place = [&](int tap) {
        return static_cast<std::ptrdiff_t>(tap / columns.kernel * rows.step()) * columns.in +
               tap % columns.kernel * columns.step();
    };
    if constexpr (sizeof(Tap) == 1)
        for (int tap = 0; tap < rows.kernel * columns.kernel; ++tap) places[tap] = place(tap);
    for_each_window(rows, columns, planes, [&](Size plane, int o, int p) {
        const std::ptrdiff_t origin =
            static_cast<std::ptrdiff_t>(rows.begin(o)) * columns.in + columns.begin(p);
        const Tap tap = *taps++;
        std::ptrdiff_t at;
        if constexpr (sizeof(Tap) == 1)
            at = places[tap];
        else
            at = place(static_cast<int>(tap));
        dx[static_cast<std::ptrdiff_t>(plane_offset<T>(rows, columns, plane)) + origin + at] += *dy++;
    });
}

template <class Axis, class T>
void average_of_windows_plainly(Axis rows, Axis columns, bool counts_padding, Size planes, const T* x, T* y) {
    for_each_window(rows, columns, planes, [&](Size plane, int o, int p) {
        const T* const image = x + plane_offset<T>(rows, columns, plane);
        double sum = 0;
        for (int row = rows.first(o); row < rows.end(o); ++row)
            for (int i = columns.first(p); i < columns.end(p); ++i)
                sum += static_cast<double>(image[static_cast<std::ptrdiff_t>(row) * columns.in + i]);
        const int count = rows.count(o, counts_padding) * columns.count(p, counts_padding);
        *y++ = static_cast<T>(sum / count);
    });
}

template <class Axis, class T>
void average_of_windows_backward_plainly(Axis rows, Axis columns, bool counts_padding, Size planes,
                                         const T* dy, T* dx) {
    for (Size i = 0; i < plane_offset<T>(rows, columns, planes); ++i) dx[i] = T(0);
    for_each_window(rows, columns, planes, [&](Size plane, int o, int p) {
        T* const image = dx + plane_offset<T>(rows, columns, plane);
        const int count = rows.count(o, counts_padding) * columns.count(p, counts_padding);
        const T share = *dy++ / static_cast<T>(count);
        for (int row = rows.first(o); row < rows.end(o); ++row)
            for (int i = columns.first(p); i < columns.end(p); ++i)
                image[static_cast<std::ptrdiff_t>(row) * columns.in + i] += share;
    });
}

}  // namespace strata::cpu::detail
