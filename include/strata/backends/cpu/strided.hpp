#pragma once
// Elementwise work and matrix products on parts of larger tensors, and memory to work in.

#include <strata/backends/cpu/map.hpp>
#include <strata/backends/cpu/matmul.hpp>
#include <strata/backends/cpu/memory.hpp>
#include <strata/core/operations/strided.hpp>

namespace strata::cpu {

namespace detail {

/// c = factor a b + beta c, for one matrix of each series.
template <class A, class B, class T>
void multiply(T factor, const StridedMatrix<A>& a, const StridedMatrix<B>& b, T beta,
              const StridedMatrix<T>& c) {
    if (c.rows == 0 || c.columns == 0) return;
    // Column-major as well: cᵀ = bᵀ aᵀ. BLAS wants a stride of at least 1 even where nothing is read.
    const int rows = blas_int(c.rows), columns = blas_int(c.columns), inner = blas_int(a.width());
    const int a_stride = blas_int(a.stride), b_stride = blas_int(b.stride), c_stride = blas_int(c.stride);
    const char* a_mode = a.transposed ? "T" : "N";
    const char* b_mode = b.transposed ? "T" : "N";
    if constexpr (sizeof(T) == sizeof(float))
        sgemm_(b_mode, a_mode, &columns, &rows, &inner, &factor, b.data, &b_stride, a.data, &a_stride, &beta,
               c.data, &c_stride);
    else
        dgemm_(b_mode, a_mode, &columns, &rows, &inner, &factor, b.data, &b_stride, a.data, &a_stride, &beta,
               c.data, &c_stride);
}

/// `n` elements that stay as they are until the next call with the same slot in this thread; they are given
/// back when the thread ends.
template <class T, int slot>
T* thread_memory(Size n) {
    thread_local Buffer<T> memory;
    if (memory.size() < n) memory.resize(n);
    return memory.data();
}

}  // namespace detail

struct StridedOperations {
    /// Calls `f(a, b, ...)` on the i-th elements of each row of each operand, for all i < columns and all
    /// rows; packs, const and overlap as in `for_each`.
    template <class F, class... P>
    static void for_each_in_rows(Size rows, Size columns, const F& f, StridedRows<P>... operand) {
        using T = typename detail::First<P...>::type;
        vectorized<T>([&](auto width) {
            using V = Pack<T, decltype(width)::value>;
            for (Size row = 0; row < rows; ++row)
                detail::for_each_pack<V>(columns, f, operand.data + row * operand.stride...);
        });
    }

    /// c = a b, or c += a b, for each matrix of a series of `count`.
    template <class A, class B, class T>
    static void product(StridedMatrix<A> a, StridedMatrix<B> b, StridedMatrix<T> c, bool accumulate = false,
                        Size count = 1) {
        for (Size i = 0; i < count; ++i) {
            detail::multiply<A, B, T>(T(1), a, b, T(accumulate ? 1 : 0), c);
            a.data += a.step, b.data += b.step, c.data += c.step;
        }
    }

    /// `n` elements for a layer to work in, which has no `saved` in inference. They are the same at every
    /// call.
    template <class T>
    static T* workspace(Size n) {
        return detail::thread_memory<T, 0>(n);
    }
};

}  // namespace strata::cpu
