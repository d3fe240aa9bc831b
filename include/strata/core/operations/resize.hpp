#pragma once
// The geometry of resizing an image: which inputs an output is made of, and with which weights, along one extent.
// PyTorch's formulas, in the scalar type of the image, as there.

#include <strata/core/shape.hpp>

namespace strata {

enum class ResizeMode : unsigned char { nearest, bilinear };

/// One extent. `factor` is 0 where the sizes were given, and not how many times larger the output is.
struct ResizeAxis {
    int in = 1, out = 1, factor = 0;
    bool align_corners = false;

    friend constexpr bool operator==(const ResizeAxis&, const ResizeAxis&) = default;
};

/// A resizing, complete.
struct ResizeGeometry {
    Size channels = 1;
    ResizeAxis rows, columns;
    ResizeMode mode = ResizeMode::nearest;

    friend constexpr bool operator==(const ResizeGeometry&, const ResizeGeometry&) = default;
};

/// output = (1 - weight) * input[first] + weight * input[second]
template <class T>
struct ResizeTap {
    int first, second;
    T weight;
};

template <class T>
STRATA_HOST_DEVICE constexpr T resize_scale(const ResizeAxis& axis) {
    if (axis.align_corners)
        return axis.out > 1 ? static_cast<T>(axis.in - 1) / static_cast<T>(axis.out - 1) : T(0);
    return axis.factor > 0 ? static_cast<T>(1.0 / axis.factor)
                           : static_cast<T>(axis.in) / static_cast<T>(axis.out);
}

/// What output o is made of; `scale` is resize_scale of the axis.
template <ResizeMode mode, class T>
STRATA_HOST_DEVICE constexpr ResizeTap<T> resize_tap(const ResizeAxis& axis, T scale, int o) {
    const int last = axis.in - 1;
    if constexpr (mode == ResizeMode::nearest) {
        const int at = static_cast<int>(static_cast<T>(o) * scale);
        const int first = at < last ? at : last;
        return {first, first, T(0)};
    } else {
        T at = axis.align_corners ? static_cast<T>(o) * scale : (static_cast<T>(o) + T(0.5)) * scale - T(0.5);
        if (at < T(0)) at = T(0);
        int first = static_cast<int>(at);
        if (first > last) first = last;
        T weight = at - static_cast<T>(first);
        if (weight > T(1)) weight = T(1);
        return {first, first < last ? first + 1 : first, weight};
    }
}

/// The outputs from `begin` up to `end` are all that may be made of input i, with some more.
struct ResizeRange {
    int begin, end;
};
template <class T>
STRATA_HOST_DEVICE constexpr ResizeRange outputs_of(const ResizeAxis& axis, T scale, int i) {
    if (!(scale > T(0))) return {0, axis.out};
    const T begin = (static_cast<T>(i) - T(1)) / scale - T(2),
            end = (static_cast<T>(i) + T(1.5)) / scale + T(2);
    const T last = static_cast<T>(axis.out);
    return {begin > T(0) ? static_cast<int>(begin) : 0, end < last ? static_cast<int>(end) + 1 : axis.out};
}

}  // namespace strata
