#pragma once
// The inputs that the outputs of a convolution see, as tables for the kernels: outputs that see the same taps
// form a class (the inner ones, the edges, the corners; for the gradient of a strided convolution, its
// phases), so that no kernel multiplies padding.

#include <strata/backends/cpu/memory.hpp>
#include <strata/core/operations/window.hpp>

namespace strata::cpu::detail {

inline constexpr Size nowhere = ~Size(0);

/// Where element `at` of an extent that has been padded comes from; `nowhere` is a zero.
inline Size padding_source(const WindowAxis& axis, PaddingMode mode, Size at) {
    if (at >= axis.before && at < axis.before + axis.in) return at - axis.before;
    const bool in_front = at < axis.before;
    const Size far = in_front ? axis.before - at : at - axis.before - axis.in + 1;  // 1: next to the edge
    switch (mode) {
    case PaddingMode::zeros:
        return nowhere;
    case PaddingMode::replicate:
        return in_front ? 0 : axis.in - 1;
    case PaddingMode::reflect:
        return in_front ? far : axis.in - 1 - far;
    case PaddingMode::circular:
        return in_front ? axis.in - far : far - 1;
    }
    return nowhere;
}

/// One extent of a convolution (or, `transposed`, of its gradient for the input): `out` positions that see
/// `in` ones.
struct LaneAxis {
    Size in, out, kernel, stride, dilation, before;
    bool transposed;

    /// What position o sees through tap k, or `nowhere`.
    Size source(Size o, Size k) const {
        if (!transposed) {
            const Size at = o * stride + k * dilation;
            return at >= before && at < before + in ? at - before : nowhere;
        }
        const Size at = o + before, back = k * dilation;
        if (at < back || (at - back) % stride != 0) return nowhere;
        return (at - back) / stride < in ? (at - back) / stride : nowhere;
    }
};

/// Positions of one axis that see the same taps.
struct AxisClass {
    Size first_tap, tap_count, tap_step;
    Size source_step;  ///< from one tap to the next; wraps around where it is negative
};
struct AxisPosition {
    Size axis_class;
    Size source;  ///< of the class's first tap
};

struct Tap {
    Size source;  ///< elements from the pixel's source
    Size weight;  ///< which of the kernel's weights
};
struct Pixel {
    Size source, target;
};
/// Pixels [first_pixel, first_pixel + pixel_count) see taps [first_tap, ...).
struct PixelClass {
    Size first_pixel, pixel_count, first_tap, tap_count;
};

/// What the memory of a thread's convolutions is for.
enum class Scratch : unsigned char {
    row_classes,
    row_positions,
    column_classes,
    column_positions,
    classes,
    pixels,
    taps,
    places,
    dy_places,
    tiles,
    band_rows,
    band_columns,
    band_inputs,
    band_outputs,
    staged,
    weights,
    x,
    y,
    dy,
    count
};

/// Memory for the tables and blocks of one thread's convolutions: it grows in the first pass and is shared by
/// all of them, each of which is done with it when it returns.
struct ConvolutionScratch {
    /// Scratch for `count` elements, with what the last one left there.
    template <class T>
    T* take(Scratch room, Size count) {
        return reinterpret_cast<T*>(bytes(room, count * sizeof(T)));
    }
    static ConvolutionScratch& of_this_thread() {
        static thread_local ConvolutionScratch scratch;
        return scratch;
    }

private:
    [[gnu::noinline]] unsigned char* bytes(Scratch room, Size count) {
        auto& memory = memory_[static_cast<Size>(room)];
        if (memory.size() < count) memory.resize(count);
        return memory.data();
    }

    Buffer<unsigned char> memory_[static_cast<Size>(Scratch::count)];
};

/// The classes of the positions [begin, end) of an axis.
struct AxisTable {
    AxisClass* classes;
    AxisPosition* positions;
    Size begin, end, class_count;
    Size low, high;  ///< the sources that are seen at all; low == high if there are none

    void fill(const LaneAxis& axis, Size first, Size last) {
        begin = first, end = last, class_count = 0;
        low = nowhere, high = 0;
        for (Size o = begin; o < end; ++o) {
            AxisClass found = {0, 0, 1, 0};
            Size source = 0;
            for (Size k = 0; k < axis.kernel; ++k) {
                const Size at = axis.source(o, k);
                if (at == nowhere) continue;
                if (found.tap_count == 0) {
                    found.first_tap = k, source = at;
                } else if (found.tap_count == 1) {
                    found.tap_step = k - found.first_tap;
                    found.source_step = at - source;
                }
                ++found.tap_count;
                low = at < low ? at : low;
                high = at + 1 > high ? at + 1 : high;
            }
            Size c = 0;
            while (c < class_count &&
                   (classes[c].first_tap != found.first_tap || classes[c].tap_count != found.tap_count ||
                    classes[c].tap_step != found.tap_step))
                ++c;
            if (c == class_count) classes[class_count++] = found;
            positions[o - begin] = {c, source};
        }
        if (low == nowhere) low = 0;
    }
};

/// The tables of a tile: all columns of the rows [first, last).
class WindowTables {
public:
    /// Entries behind a class's pixels that repeat the last one, for the kernels' blocks.
    static constexpr Size spare = 8;

    WindowTables(const LaneAxis& row_axis, const LaneAxis& column_axis, Size lanes)
        : row_axis_(row_axis), column_axis_(column_axis), lanes_(lanes) {
        columns_ = take_axis(Scratch::column_classes, Scratch::column_positions, column_axis.out);
        columns_.fill(column_axis, 0, column_axis.out);
        rows_ = take_axis(Scratch::row_classes, Scratch::row_positions, row_axis.out);
    }

    void tile(Size first, Size last) {
        rows_.fill(row_axis_, first, last);
        auto& scratch = ConvolutionScratch::of_this_thread();
        class_count = rows_.class_count * columns_.class_count;
        classes = scratch.take<PixelClass>(Scratch::classes, class_count);
        pixels =
            scratch.take<Pixel>(Scratch::pixels, (last - first) * column_axis_.out + class_count * spare);
        taps = scratch.take<Tap>(Scratch::taps, class_count * row_axis_.kernel * column_axis_.kernel);
        pixel_count_ = tap_count_ = 0;
        for (Size r = 0; r < rows_.class_count; ++r)
            for (Size c = 0; c < columns_.class_count; ++c)
                classes[r * columns_.class_count + c] = add_class(r, c);
        low_row = rows_.low, high_row = rows_.high;
    }

    PixelClass* classes;
    Pixel* pixels;
    Tap* taps;
    Size class_count;
    Size low_row, high_row;  ///< the rows that the tile sees

private:
    static AxisTable take_axis(Scratch classes, Scratch positions, Size count) {
        auto& scratch = ConvolutionScratch::of_this_thread();
        AxisTable table{};
        table.classes = scratch.take<AxisClass>(classes, count);
        table.positions = scratch.take<AxisPosition>(positions, count);
        return table;
    }

    PixelClass add_class(Size r, Size c) {
        const AxisClass &row = rows_.classes[r], &column = columns_.classes[c];
        const Size pitch = column_axis_.in;
        PixelClass result = {pixel_count_, 0, tap_count_, row.tap_count * column.tap_count};
        for (Size i = 0; i < row.tap_count; ++i)
            for (Size j = 0; j < column.tap_count; ++j)
                taps[tap_count_++] = {(i * row.source_step * pitch + j * column.source_step) * lanes_,
                                      (row.first_tap + i * row.tap_step) * column_axis_.kernel +
                                          column.first_tap + j * column.tap_step};
        for (Size i = 0; i < rows_.end - rows_.begin; ++i)
            for (Size j = 0; rows_.positions[i].axis_class == r && j < column_axis_.out; ++j)
                if (columns_.positions[j].axis_class == c)
                    pixels[pixel_count_++] = {
                        ((rows_.positions[i].source - rows_.low) * pitch + columns_.positions[j].source) *
                            lanes_,
                        (i * column_axis_.out + j) * lanes_};
        result.pixel_count = pixel_count_ - result.first_pixel;
        for (Size i = 0; i < spare; ++i, ++pixel_count_) pixels[pixel_count_] = pixels[pixel_count_ - 1];
        return result;
    }

    LaneAxis row_axis_, column_axis_;
    Size lanes_;
    AxisTable rows_, columns_;
    Size pixel_count_ = 0, tap_count_ = 0;
};

}  // namespace strata::cpu::detail
