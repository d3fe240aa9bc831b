#pragma once
// Rows and matrices that lie inside of larger tensors: a time step of a batch of sequences, a gate, a head of
// an attention. They are numbers and pointers, not types: one loop over time steps serves all of them.

#include <strata/core/config.hpp>

namespace strata {

/// Rows `stride` elements apart. With stride 0 it is one row, which counts as many as are wanted.
template <class T>
struct StridedRows {
    T* data;
    Size stride;
};

/// A row-major matrix whose rows are `stride` elements apart, or a series of such matrices that lie `step`
/// elements apart. `transposed` says how it counts in a product; rows and columns are those it is stored in.
template <class T>
struct StridedMatrix {
    T* data;
    Size rows, columns, stride;
    Size step = 0;
    bool transposed = false;

    /// Of what counts in a product.
    constexpr Size height() const { return transposed ? columns : rows; }
    constexpr Size width() const { return transposed ? rows : columns; }
    /// From the first to the last element of a series of `count`, those between the rows included.
    constexpr Size span(Size count = 1) const {
        return rows * columns * count == 0 ? 0 : (count - 1) * step + (rows - 1) * stride + columns;
    }
};

template <class T>
constexpr StridedMatrix<T> transposed(StridedMatrix<T> matrix) {
    matrix.transposed = !matrix.transposed;
    return matrix;
}

}  // namespace strata
