#pragma once
// The memory that a recurrent layer keeps for its backward pass, and the part that a cell sees at each time step.

#include <strata/core/operations/strided.hpp>
#include <strata/layers/shared/recurrence_arguments.hpp>

namespace strata::detail {

/// What is done with parts of it.
struct AddFunction {
    template <class V>
    STRATA_HOST_DEVICE void operator()(V& to, const V& from) const {
        to += from;
    }
};
struct ProductFunction {
    template <class V>
    STRATA_HOST_DEVICE void operator()(V& to, const V& a, const V& b) const {
        to = a * b;
    }
};
struct ZeroFunction {
    template <class V>
    STRATA_HOST_DEVICE void operator()(V& to) const {
        to = V(0);
    }
};

/// What a cell sees of one time step of one layer in one direction: matrices with a row per sample.
template <class T>
struct RecurrenceStep {
    Size batch;
    bool first;                     ///< of the recurrence: all that was before is 0
    StridedRows<T> gates;           ///< Cell::kept numbers per hidden unit
    StridedRows<T> h;               ///< the hidden state, which is the part of y that this step writes
    StridedRows<const T> h_before;  ///< at first one row of zeros
    StridedRows<T> cell;            ///< the cell state, where the cell has one
    StridedRows<const T> cell_before;
    T* room;  ///< (batch, Cell::kept * hidden), contents never kept
    const T *weight_hh, *bias_ih, *bias_hh;
};
/// What it sees in the backward pass besides.
template <class T>
struct RecurrenceGradients {
    StridedRows<const T> dy;  ///< from above
    StridedRows<T> dh;        ///< from the step behind
    StridedRows<T> dcell;     ///< the same of the cell state; to be left as the step before is to find it
};

template <class T>
constexpr StridedRows<const T> read_only(StridedRows<T> rows) {
    return {rows.data, rows.stride};
}
template <class T>
constexpr StridedRows<T> columns_from(StridedRows<T> rows, Size column) {
    return {rows.data + column, rows.stride};
}
/// A vector that counts as a row for each sample.
template <class T>
constexpr StridedRows<const T> same_row(const T* data) {
    return {data, 0};
}

/// The sizes of a recurrent layer; A is its RecurrenceArguments.
template <class Cell, class A>
struct RecurrenceSizes {
    static constexpr Size hidden = A::hidden, layers = A::layers, directions = A::directions;
    static constexpr Size width = directions * hidden;
    static constexpr Size gate_rows = Cell::gates * hidden, kept = Cell::kept * hidden;
    static constexpr Size parts = A::has_bias ? 4 : 2, parameter_count = layers * directions * parts;

    /// Elements per sample: of each track, of each output between two layers and its mask, and what is
    /// shared.
    static constexpr Size track(Size length) { return length * (kept + (Cell::has_cell ? hidden : 0)); }
    static constexpr Size between(Size length) { return layers > 1 ? length * width : 0; }
    static constexpr Size saved(Dims given) {
        const Size length = given.extent[0];
        return layers * directions * track(length) + (2 * layers - 1) * between(length) + 3 * hidden + kept;
    }
};

/// Where everything lies in `saved`.
template <class Cell, class A, class T, Size length>
struct RecurrenceMemory {
    using Sizes = RecurrenceSizes<Cell, A>;
    static constexpr Size hidden = Sizes::hidden, width = Sizes::width, kept = Sizes::kept;
    static constexpr Size layers = Sizes::layers, directions = Sizes::directions, parts = Sizes::parts;
    static constexpr Size between = Sizes::between(length), track = Sizes::track(length);

    T* saved;
    Size batch;

    T* gates(Size layer, Size direction) const {
        return saved + batch * (layer * directions + direction) * track;
    }
    T* cells(Size layer, Size direction) const { return gates(layer, direction) + batch * length * kept; }
    T* output(Size layer) const { return gates(layers, 0) + batch * 2 * layer * between; }
    T* mask(Size layer) const { return output(layer) + batch * between; }
    /// What goes into a layer if there is dropout in front of it, and the gradient of it.
    T* fed() const { return output(layers - 1); }
    T* zeros() const { return fed() + batch * between; }
    T* dh() const { return zeros() + batch * hidden; }
    T* dcell() const { return dh() + batch * hidden; }
    T* room() const { return dcell() + batch * hidden; }

    /// The `count`-th step from the recurrence's beginning. `h` is where a layer's output begins.
    RecurrenceStep<T> step(Size layer, Size direction, Size count, T* h, const T* const* weights) const {
        const bool first = count == 0;
        const Size t = direction == 0 ? count : length - 1 - count;
        const Size before = direction == 0 ? t - 1 : t + 1;  // not used at first
        T* const states = h + direction * hidden;
        T* const all_cells = cells(layer, direction);
        return {batch,
                first,
                {gates(layer, direction) + t * kept, length * kept},
                {states + t * width, length * width},
                {first ? zeros() : states + before * width, first ? 0 : length * width},
                {all_cells + t * hidden, length * hidden},
                {first ? zeros() : all_cells + before * hidden, first ? 0 : length * hidden},
                room(),
                weights[1],
                A::has_bias ? weights[parts - 2] : nullptr,
                A::has_bias ? weights[parts - 1] : nullptr};
    }
};

}  // namespace strata::detail
