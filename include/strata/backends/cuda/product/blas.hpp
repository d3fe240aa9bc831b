#pragma once
// Matrix products by the host's BLAS, where the host stands in for the GPU. The two routines are declared as
// backends/cpu/matmul.hpp declares them, which says why.

#include <strata/backends/cuda/runtime/runtime.hpp>
#if !STRATA_ON_GPU

#include <climits>
#include <strata/backends/cuda/product/check.hpp>

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

/// A fault for tests: products in 16 bits leave out the terms beyond the last multiple of this. 0: none.
inline Size& stand_in_block() {
    static Size block = 0;
    return block;
}

/// What cuBLASLt's epilogues do to one product of floats, in their arithmetic.
struct StandInEpilogue {
    Epilogue epilogue;
    float* vector;

    void operator()(const Product& p, const float* a, float* c) const {
        if (epilogue == Epilogue::sum_rows) {  // a is stored transposed or not; its rows are those of c
            for (Size i = 0; i < p.m; ++i) {
                double sum = 0;
                for (Size l = 0; l < p.k; ++l)
                    sum += static_cast<double>(p.a_transposed ? a[l * p.a_row() + i] : a[i * p.a_row() + l]);
                vector[i] = static_cast<float>(sum);
            }
        } else if (epilogue != Epilogue::none) {
            for (Size i = 0; i < p.m; ++i)
                for (Size j = 0; j < p.n; ++j) {
                    float& x = c[i * p.c_row() + j];
                    x += vector[j];
                    if (epilogue == Epilogue::bias_gelu) x = GeluActivation()(x);
                }
        }
    }
};

/// BLAS, with cuBLASLt's epilogues behind it where cuBLASLt is asked for them: in one piece of work, so that a
/// step has as many here as on a GPU.
class Products {
public:
    using Operand = float;

    Precision precision = Precision::float32;
    OperandRoom<Operand> rounded_a, rounded_b;
    CheckedProducts checked;

    template <class T>
    static bool multiply(Context& context, Arithmetic arithmetic, const Product& p, Epilogue epilogue,
                         const T* a, const T* b, T* c, const void* vector) {
        if (!may_fuse(arithmetic, epilogue, vector)) return false;
        const bool in_16_bits = arithmetic == Arithmetic::bfloat16 || arithmetic == Arithmetic::float16;
        const Size left_out = in_16_bits && stand_in_block() != 0 ? p.k % stand_in_block() : 0;
        const int m = blas_int(p.m), n = blas_int(p.n), k = blas_int(p.k - left_out);
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
                if constexpr (std::is_same_v<T, float>)
                    StandInEpilogue{epilogue, static_cast<float*>(const_cast<void*>(vector))}(p, first,
                                                                                              result);
            }
        });
        Context::count_launch();
        return true;
    }
};

}  // namespace strata::cuda::detail

#endif
