#pragma once
// Batches smaller than the number of lanes: images are cut into bands of outputs, each with the inputs that
// it sees, and the bands are convolved as samples of their own.

#include <strata/backends/cpu/convolution/drive.hpp>
#include <strata/backends/cpu/convolution/weight.hpp>

namespace strata::cpu::detail {

/// One axis in `bands` bands of `out` outputs; the last band may reach beyond the end.
struct BandAxis {
    LaneAxis whole;
    WindowAxis window;
    PaddingMode mode;
    Size bands, out;

    BandAxis(const LaneAxis& axis, const WindowAxis& of, PaddingMode padding_mode, Size wanted)
        : whole(axis), window(of), mode(padding_mode) {
        // Bands of a gradient begin in the same phase of the stride.
        const Size unit = whole.transposed ? whole.stride : 1;
        out = ((whole.out + wanted - 1) / wanted + unit - 1) / unit * unit;
        bands = (whole.out + out - 1) / out;
    }
    /// Inputs in front of a gradient's band.
    Size shift() const { return ((whole.kernel - 1) * whole.dilation + whole.stride - 1) / whole.stride; }
    LaneAxis band() const {
        LaneAxis b = whole;
        b.out = out;
        b.before = whole.transposed ? whole.before + shift() * whole.stride : 0;
        b.in = whole.transposed ? (out - 1 + b.before) / whole.stride + 1
                                : (out - 1) * whole.stride + whole.dilation * (whole.kernel - 1) + 1;
        return b;
    }
    Size extent(bool inputs) const { return !inputs ? whole.out : whole.transposed ? whole.in : window.in; }
    /// Where the n inputs or outputs of each band are in the whole; `nowhere` where there is none.
    void list(bool inputs, Size n, Size* to) const {
        for (Size b = 0; b < bands; ++b) {
            const Size first = !inputs            ? b * out
                               : whole.transposed ? b * out / whole.stride - shift()  // may be in front of 0
                                                  : b * out * whole.stride;
            const Size padded = window.before + window.in + window.after;
            for (Size at = first; at != first + n; ++at)
                if (inputs && !whole.transposed)
                    *to++ = at < padded ? padding_source(window, mode, at) : nowhere;
                else
                    *to++ = at < extent(inputs) ? at : nowhere;
        }
    }
};

/// What a batch of planes is cut into.
struct Bands {
    BandAxis rows, columns;

    Size count() const { return rows.bands * columns.bands; }

    /// The bands that leave the fewest lanes idle: for at most half as many samples as lanes.
    static Bands choose(const LaneAxis& rows, const LaneAxis& columns, const WindowAxis& window_rows,
                        const WindowAxis& window_columns, PaddingMode mode, Size samples, Size lanes) {
        const auto cut = [&](Size r, Size c) {
            return Bands{{rows, window_rows, mode, r}, {columns, window_columns, mode, c}};
        };
        Bands best = cut(1, 1);
        Size least = ~Size(0);
        for (Size r = 1; r <= rows.out && samples * r <= lanes; ++r)
            for (Size c = 1; c <= columns.out && samples * r * c <= lanes; ++c) {
                const Bands bands = cut(r, c);
                const LaneAxis band_rows = bands.rows.band(), band_columns = bands.columns.band();
                const Size cost = 4 * band_rows.out * band_columns.out + band_rows.in * band_columns.in;
                if (cost < least) least = cost, best = bands;
            }
        return best;
    }

    /// [sample][channel][row][column] -> [sample][band][channel][row][column]: what the bands see of inputs,
    /// or their part of outputs, with zeros where there is nothing.
    template <class T>
    void cut(bool inputs, const T* from, Size samples, Size channels, T* to) const {
        const Size band_rows = inputs ? rows.band().in : rows.out;
        const Size band_columns = inputs ? columns.band().in : columns.out;
        const Size width = columns.extent(inputs), plane = rows.extent(inputs) * width;
        auto& scratch = ConvolutionScratch::of_this_thread();
        Size* const row = scratch.take<Size>(Scratch::band_rows, rows.bands * band_rows);
        Size* const column = scratch.take<Size>(Scratch::band_columns, columns.bands * band_columns);
        rows.list(inputs, band_rows, row);
        columns.list(inputs, band_columns, column);
        for (Size n = 0; n < samples; ++n)
            for (Size b = 0; b < count(); ++b) {
                const Size* const band_row = row + b / columns.bands * band_rows;
                const Size* const band_column = column + b % columns.bands * band_columns;
                Size first = 0, last = 0;  // the columns that lie side by side
                while (first < band_columns && band_column[first] == nowhere) ++first;
                for (last = first;
                     last < band_columns && band_column[last] == band_column[first] + last - first;)
                    ++last;
                for (Size c = 0; c < channels; ++c)
                    for (Size i = 0; i < band_rows; ++i, to += band_columns) {
                        const T* const source = from + (n * channels + c) * plane + band_row[i] * width;
                        const auto copy = [&](Size j) {
                            to[j] = band_row[i] == nowhere || band_column[j] == nowhere
                                        ? T(0)
                                        : source[band_column[j]];
                        };
                        for (Size j = 0; j < first; ++j) copy(j);
                        if (band_row[i] == nowhere)
                            std::memset(to + first, 0, (last - first) * sizeof(T));
                        else if (first < last)
                            std::memcpy(to + first, source + band_column[first], (last - first) * sizeof(T));
                        for (Size j = last; j < band_columns; ++j) copy(j);
                    }
            }
    }
    /// The way back.
    template <class T>
    void join_outputs(const T* from, Size samples, Size channels, T* to) const {
        const Size width = columns.whole.out, plane = rows.whole.out * width;
        for (Size n = 0; n < samples; ++n)
            for (Size b = 0; b < count(); ++b)
                for (Size c = 0; c < channels; ++c)
                    for (Size i = 0; i < rows.out; ++i, from += columns.out) {
                        const Size r = b / columns.bands * rows.out + i, s = b % columns.bands * columns.out;
                        if (r >= rows.whole.out || s >= width) continue;
                        const Size n_columns = width - s < columns.out ? width - s : columns.out;
                        std::memcpy(to + (n * channels + c) * plane + r * width + s, from,
                                    n_columns * sizeof(T));
                    }
    }
};

/// Samples that are left when full blocks are done, and few enough to be cut into bands.
inline Size banded_samples(Size batch, Size lanes) {
    const Size rest = batch % lanes;
    return rest <= lanes / 2 ? rest : 0;
}

template <class T>
void convolve_batch(LaneConvolution<T> work) {
    const Size lanes = lane_count<T>();
    const bool folds = work.mode != PaddingMode::zeros && work.rows.transposed;
    const Size rest = folds ? 0 : banded_samples(work.batch, lanes), samples = work.batch - rest;
    if (samples > 0 || rest == 0) {
        work.batch = samples;
        convolve(work);
    }
    if (rest == 0) return;
    const Bands bands =
        Bands::choose(work.rows, work.columns, work.window_rows, work.window_columns, work.mode, rest, lanes);
    const Size x_channels = work.groups * work.x_channels, y_channels = work.groups * work.y_channels;
    const T* const x = work.x.data + samples * work.x.sample;
    T* const y = work.y.data + samples * work.y.sample;
    work.rows = bands.rows.band(), work.columns = bands.columns.band();
    work.window_rows = {.in = work.rows.in}, work.window_columns = {.in = work.columns.in};
    work.mode = PaddingMode::zeros;
    work.batch = rest * bands.count();
    const Size x_plane = work.rows.in * work.columns.in, y_plane = work.rows.out * work.columns.out;
    auto& scratch = ConvolutionScratch::of_this_thread();
    T* const cut_x = scratch.take<T>(Scratch::band_inputs, work.batch * x_channels * x_plane);
    T* const cut_y = scratch.take<T>(Scratch::band_outputs, work.batch * y_channels * y_plane);
    bands.cut(true, x, rest, x_channels, cut_x);
    work.x = {cut_x, x_channels * x_plane, x_plane};
    work.y = {cut_y, y_channels * y_plane, y_plane};
    convolve(work);
    bands.join_outputs(cut_y, rest, y_channels, y);
}

template <class T>
void convolve_batch_for_weight(WeightGradient<T> work) {
    const Size lanes = lane_count<T>(), rest = banded_samples(work.batch, lanes), samples = work.batch - rest;
    if (samples > 0 || rest == 0) {
        work.batch = samples;
        convolve_for_weight(work);
        work.weight_accumulates = work.bias_accumulates = true;
    }
    if (rest == 0) return;
    const auto axis = [](const WindowAxis& a) {
        return LaneAxis{a.in, a.out, a.kernel, a.stride, a.dilation, a.before, false};
    };
    const Bands bands =
        Bands::choose(axis(work.rows), axis(work.columns), work.rows, work.columns, work.mode, rest, lanes);
    const Size x_channels = work.groups * work.x_channels, y_channels = work.groups * work.y_channels;
    const T* const x = work.x.data + samples * work.x.sample;
    const T* const dy = work.dy.data + samples * work.dy.sample;
    const LaneAxis rows = bands.rows.band(), columns = bands.columns.band();
    work.rows = {rows.in, rows.out, rows.kernel, rows.stride, rows.dilation};
    work.columns = {columns.in, columns.out, columns.kernel, columns.stride, columns.dilation};
    work.mode = PaddingMode::zeros;
    work.batch = rest * bands.count();
    const Size x_plane = rows.in * columns.in, y_plane = rows.out * columns.out;
    auto& scratch = ConvolutionScratch::of_this_thread();
    T* const cut_x = scratch.take<T>(Scratch::band_inputs, work.batch * x_channels * x_plane);
    T* const cut_dy = scratch.take<T>(Scratch::band_outputs, work.batch * y_channels * y_plane);
    bands.cut(true, x, rest, x_channels, cut_x);
    bands.cut(false, dy, rest, y_channels, cut_dy);
    work.x = {cut_x, x_channels * x_plane, x_plane};
    work.dy = {cut_dy, y_channels * y_plane, y_plane};
    convolve_for_weight(work);
}

#ifdef STRATA_INSTANCE
STRATA_INSTANCE void convolve_batch(LaneConvolution<float>);
STRATA_INSTANCE void convolve_batch_for_weight(WeightGradient<float>);
#endif

}  // namespace strata::cpu::detail
