#pragma once
// Elementwise work and matrix products on parts of larger tensors, and memory to work in.

#include <strata/backends/cuda/product/multiply.hpp>
#include <strata/core/operations/strided.hpp>

namespace strata::cuda {

namespace detail {

/// The k-th operand of a functor, row by row.
template <Size k, class P>
struct RowSlot {
    P* data;
    Size stride;
};

/// f(a[row, column], b[row, column], ...)
template <class F, class Indices, class... P>
struct ElementwiseInRowsOf;
template <class F, Size... k, class... P>
struct ElementwiseInRowsOf<F, std::index_sequence<k...>, P...> : RowSlot<k, P>... {
    F f;
    Size columns;

    STRATA_DEVICE void operator()(Size i) const {
        const Size row = i / columns, column = i % columns;
        f(Element<P>(RowSlot<k, P>::data + row * RowSlot<k, P>::stride + column).get()...);
    }
};
template <class F, class... P>
using ElementwiseInRows = ElementwiseInRowsOf<F, std::index_sequence_for<P...>, P...>;

struct SetToZero {
    template <class T>
    STRATA_DEVICE void operator()(T& value) const {
        value = T(0);
    }
};

template <class T>
Spacing spacing(const StridedMatrix<T>& matrix, Size count) {
    return {matrix.stride == matrix.columns ? 0 : matrix.stride, count == 1 ? 0 : matrix.step};
}

/// f(a[row, column], b[row, column], ...) for all rows and columns
template <class F, class... P>
void for_each_in_rows(const Queue& queue, Size rows, Size columns, const F& f, StridedRows<P>... operand) {
    const ElementwiseInRows<F, P...> work{{operand.data, operand.stride}..., f, columns};
    queue.for_each_index(rows * columns, work);
}

/// c = a b, or c += a b, for each matrix of a series
template <class A, class B, class T>
void product(const Queue& queue, StridedMatrix<A> a, StridedMatrix<B> b, StridedMatrix<T> c, bool accumulate,
             Size count) {
    const Size inner = a.width();
    if (c.rows == 0 || c.columns == 0 || count == 0) return;
    if (inner == 0) {  // a sum of nothing is zero
        for (Size i = 0; i < count && !accumulate; ++i) {
            const StridedRows<T> rows{c.data + i * c.step, c.stride};
            for_each_in_rows(queue, c.rows, c.columns, SetToZero{}, rows);
        }
        return;
    }
    const Product p{c.rows,
                    c.columns,
                    inner,
                    a.transposed,
                    b.transposed,
                    accumulate,
                    count,
                    spacing(a, count),
                    spacing(b, count),
                    spacing(c, count)};
    multiply<T>(queue, p, a.data, b.data, c.data);
}

}  // namespace detail

class StridedOperations : public virtual Queue {
public:
    /// Calls `f(a, b, ...)` on the i-th elements of each row of each operand, for all i < columns and all
    /// rows; const and overlap as in `for_each`.
    template <class F, class... P>
    void for_each_in_rows(Size rows, Size columns, const F& f, StridedRows<P>... operand) const {
        detail::for_each_in_rows(*this, rows, columns, f, operand...);
    }

    /// c = a b, or c += a b, for each matrix of a series of `count`.
    template <class A, class B, class T>
    void product(StridedMatrix<A> a, StridedMatrix<B> b, StridedMatrix<T> c, bool accumulate = false,
                 Size count = 1) const {
        detail::product(*this, a, b, c, accumulate, count);
    }

    /// `n` elements for a layer to work in, which has no `saved` in inference. They are the same at every
    /// call.
    template <class T>
    T* workspace(Size n) const {
        return detail::room<T>(detail::scratch(*this).workspace, n);
    }
};

}  // namespace strata::cuda
