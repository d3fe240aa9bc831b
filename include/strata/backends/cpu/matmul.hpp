#pragma once
// Matrix products. Row-major matrices go to BLAS's column-major sgemm and dgemm as their transposes.
// The two routines are declared here: the C headers of different BLAS packages, and xtensor-blas's own copy
// of them, cannot be included together, and xtensor-blas would add a second to every compilation.

#include <climits>
#include <strata/backends/cpu/reduce.hpp>
#include <strata/backends/cpu/small_matmul.hpp>
#include <strata/core/error.hpp>
#include <strata/core/tensor.hpp>

extern "C" {
void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*, const float*,
            const int*, const float*, const int*, const float*, float*, const int*);
void dgemm_(const char*, const char*, const int*, const int*, const int*, const double*, const double*,
            const int*, const double*, const int*, const double*, double*, const int*);
}

namespace strata::cpu {

namespace detail {

inline int blas_int(Size value) {
    if (value > static_cast<Size>(INT_MAX))
        throw ShapeError("strata: a matrix extent is beyond BLAS's limit of 2^31 - 1");
    return static_cast<int>(value);
}

/// Row-major c(m, n) = a(m, k) b(k, n) + beta c; a or b may be stored transposed.
template <class T>
void gemm(bool a_transposed, bool b_transposed, Size m, Size n, Size k, const T* a, const T* b, T beta,
          T* c) {
    if (m == 0 || n == 0) return;
    const int rows = blas_int(m);
    const int columns = blas_int(n);
    const int inner = blas_int(k);
    const int a_stride = a_transposed ? rows : inner;
    const int b_stride = b_transposed ? inner : columns;
    const T one = 1;
    const char* a_mode = a_transposed ? "T" : "N";
    const char* b_mode = b_transposed ? "T" : "N";
    if constexpr (sizeof(T) == sizeof(float))
        sgemm_(b_mode, a_mode, &columns, &rows, &inner, &one, b, &b_stride, a, &a_stride, &beta, c, &columns);
    else
        dgemm_(b_mode, a_mode, &columns, &rows, &inner, &one, b, &b_stride, a, &a_stride, &beta, c, &columns);
}

/// Where the small product is quicker than BLAS. Measured on AVX-512 (OpenBLAS 0.3.21, one thread,
/// microseconds, small / BLAS, batch 64): 784-10 4.8 / 5.2, 256-256 47 / 50, but 128-10 1.2 / 1.1 and 100-30
/// 18 / 4. Larger ones are left to BLAS because it has threads; `dW` and `dx` too, where BLAS was quicker
/// everywhere.
template <class W>
inline constexpr bool prefers_small = W::columns % 16 == 0 && W::columns >= 256 && W::size() <= 16384;

}  // namespace detail

struct MatmulOperations {
    /// y = x Wᵀ, with W stored as PyTorch stores it.
    template <class X, class W, class Y>
    static void matmul_transposed(X x, W weight, Y y) {
        using T = typename Y::value_type;
        static_assert(X::columns == W::columns && Y::columns == W::rows());
        detail::gemm<T>(false, true, x.rows(), Y::columns, X::columns, x.data, weight.data, T(0), y.data);
    }
    /// y = x Wᵀ + b
    template <class X, class W, class B, class Y>
    static void affine(X x, W weight, B bias, Y y) {
        if constexpr (detail::prefers_small<W>) {
            detail::multiply_by_rows<W::rows(), W::columns>(x.data, x.rows(), weight.data, bias.data, y.data);
        } else {
            matmul_transposed(x, weight, y);
            detail::add_to_rows(y.data, y.rows(), Y::columns, bias.data);
        }
    }
    /// dx = dy W
    template <class DY, class W, class DX>
    static void matmul(DY dy, W weight, DX dx) {
        using T = typename DX::value_type;
        static_assert(DY::columns == W::rows() && DX::columns == W::columns);
        detail::gemm<T>(false, false, dy.rows(), DX::columns, DY::columns, dy.data, weight.data, T(0),
                        dx.data);
    }
    /// dW = dyᵀ x, or dW += dyᵀ x
    template <class DY, class X, class DW>
    static void outer_product(DY dy, X x, DW dweight) {
        using T = typename DW::value_type;
        static_assert(DW::columns == X::columns && DW::rows() == DY::columns);
        detail::gemm<T>(true, false, DY::columns, X::columns, x.rows(), dy.data, x.data,
                        T(dweight.accumulate ? 1 : 0), dweight.data);
    }
    /// The gradients of an affine map: dW = dyᵀ x, and db = the sum of the rows of dy if there is a bias; each
    /// is added where its view says so.
    template <class DY, class X, class DW, class... DB>
    static void affine_gradients(DY dy, X x, DW dweight, DB... dbias) {
        outer_product(dy, x, dweight);
        (ReduceOperations::sum_rows(dy, dbias), ...);
    }
};

}  // namespace strata::cpu
