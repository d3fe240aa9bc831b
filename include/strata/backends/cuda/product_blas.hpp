#pragma once
// Matrix products by the host's BLAS, where the host stands in for the GPU. The two routines are declared as
// backends/cpu/matmul.hpp declares them, which says why.

#include <strata/backends/cuda/runtime.hpp>
#if !STRATA_ON_GPU

#include <climits>
#include <strata/backends/cuda/product.hpp>

extern "C" {
void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*, const float*,
            const int*, const float*, const int*, const float*, float*, const int*);
void dgemm_(const char*, const char*, const int*, const int*, const int*, const double*, const double*,
            const int*, const double*, const int*, const double*, double*, const int*);
}

namespace strata::cuda::detail {

inline int blas_int(Size value) {
    if (value > static_cast<Size>(INT_MAX))
        throw ShapeError("strata: a matrix extent is beyond BLAS's limit of 2^31 - 1");
    return static_cast<int>(value);
}

/// BLAS has no epilogues and no algorithms to choose.
class Products {
public:
    using Operand = float;

    Precision precision = Precision::float32;
    OperandRoom<Operand> rounded_a, rounded_b;

    template <class T>
    static bool multiply(Context& context, Arithmetic, const Product& p, Epilogue epilogue, const T* a,
                         const T* b, T* c, const void*) {
        if (epilogue != Epilogue::none) return false;
        const int m = blas_int(p.m), n = blas_int(p.n), k = blas_int(p.k);
        const int a_row = blas_int(p.a_row()), b_row = blas_int(p.b_row()), c_row = blas_int(p.c_row());
        context.add([=] {
            // Column-major as well: cᵀ = bᵀ aᵀ.
            const T one = 1, beta = p.accumulate ? 1 : 0;
            const char* a_mode = p.a_transposed ? "T" : "N";
            const char* b_mode = p.b_transposed ? "T" : "N";
            for (Size i = 0; i < p.count; ++i) {
                const T *first = a + i * p.a.step, *second = b + i * p.b.step;
                T* const result = c + i * p.c.step;
                if constexpr (std::is_same_v<T, float>)
                    sgemm_(b_mode, a_mode, &n, &m, &k, &one, second, &b_row, first, &a_row, &beta, result,
                           &c_row);
                else
                    dgemm_(b_mode, a_mode, &n, &m, &k, &one, second, &b_row, first, &a_row, &beta, result,
                           &c_row);
            }
        });
        Context::count_launch();
        return true;
    }
};

}  // namespace strata::cuda::detail

#endif
