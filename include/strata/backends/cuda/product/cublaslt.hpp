#pragma once
// Matrix products by cuBLASLt. The same product in the same context is always the same algorithm with the
// same workspace, and so has the same bits, recorded or not.

#include <strata/backends/cuda/runtime/runtime.hpp>
#if STRATA_ON_GPU

#include <cstdint>
#include <cublasLt.h>
#include <strata/backends/cuda/product/check.hpp>
#include <strata/backends/cuda/product/half.hpp>
#include <unordered_map>

namespace strata::cuda {

/// Throws DeviceError unless a call of cuBLASLt went well.
inline void check(cublasStatus_t status, const char* call) {
    if (status != CUBLAS_STATUS_SUCCESS)
        throw DeviceError(message("strata: ", call, " failed: ", cublasLtGetStatusString(status)));
}

namespace detail {

/// cuBLASLt's handle, its workspace, and for each product that has occurred the plan for it: descriptors and
/// the algorithm that the heuristic chose. A product that has occurred allocates nothing when it comes again.
class Products {
public:
    using Operand = Half;  // what operands are rounded to beforehand; tf32 rounds inside the product

    Precision precision = Precision::float32;
    OperandRoom<Operand> rounded_a, rounded_b;
    CheckedProducts checked;

    Products() {
        int device = 0, generation = 0;
        check(cudaGetDevice(&device), "cudaGetDevice");
        check(cudaDeviceGetAttribute(&generation, cudaDevAttrComputeCapabilityMajor, device),
              "cudaDeviceGetAttribute");
        workspace_.resize(Size(generation >= 9 ? 32 : 4) << 20);
        const WholeDevice whole_device;  // of which the handle takes memory
        check(cublasLtCreate(&handle_), "cublasLtCreate");
    }
    Products(const Products&) = delete;
    Products& operator=(const Products&) = delete;
    ~Products() { (void)cublasLtDestroy(handle_); }

    /// Gives a product to the context, with its epilogue. False, and nothing done, where cuBLASLt has no such
    /// kernel. Throws DeviceError where it has none for the product alone.
    template <class T>
    bool multiply(Context& context, Arithmetic arithmetic, const Product& product, Epilogue epilogue,
                  const void* a, const void* b, T* c, const void* vector) {
        if (!may_fuse(arithmetic, epilogue, vector)) return false;
        const Key key{product,         epilogue,        arithmetic,          alignment_of(a),
                      alignment_of(b), alignment_of(c), alignment_of(vector)};
        auto at = plans_.find(key);
        if (at == plans_.end()) {
            Plan fresh;
            make(fresh, key, vector);
            at = plans_.emplace(key, fresh).first;
        }
        Plan& plan = at->second;
        if (plan.refused != CUBLAS_STATUS_SUCCESS) {
            if (epilogue != Epilogue::none) return false;
            refuse(product, arithmetic, plan.refused);
        }
        if (epilogue != Epilogue::none) set(plan, CUBLASLT_MATMUL_DESC_BIAS_POINTER, vector);
        const T alpha = 1, beta = product.accumulate ? 1 : 0;
        check(cublasLtMatmul(handle_, &plan.description, &alpha, b, &plan.first, a, &plan.second, &beta, c,
                             &plan.result, c, &plan.result, &plan.algorithm, workspace_.data(),
                             workspace_.size(), context.stream),
              "cublasLtMatmul");
        Context::count_launch();
        return true;
    }

private:
    struct Key {
        Product product;
        Epilogue epilogue;
        Arithmetic arithmetic;
        std::uint16_t a_alignment, b_alignment, c_alignment, vector_alignment;  // bytes
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        Size operator()(const Key& key) const {
            Size hash = key.product.m;
            const auto mix = [&](Size value) {
                hash = (hash ^ value) * 0x9e37'79b9'7f4a'7c15u, hash ^= hash >> 32;
            };
            mix(key.product.n), mix(key.product.k);
            mix(key.product.count);
            for (const Spacing& spacing : {key.product.a, key.product.b, key.product.c})
                mix(spacing.row), mix(spacing.step);
            mix(Size(key.product.a_transposed) | Size(key.product.b_transposed) << 1 |
                Size(key.product.accumulate) << 2 | Size(key.epilogue) << 8 | Size(key.arithmetic) << 16);
            mix(Size(key.a_alignment) | Size(key.b_alignment) << 16 | Size(key.c_alignment) << 32 |
                Size(key.vector_alignment) << 48);
            return hash;
        }
    };
    struct Plan {
        cublasStatus_t refused = CUBLAS_STATUS_NOT_INITIALIZED;
        cublasLtMatmulDescOpaque_t description;
        cublasLtMatrixLayoutOpaque_t first, second, result;
        cublasLtMatmulAlgo_t algorithm;
    };

    template <class Value>
    static void set(Plan& plan, cublasLtMatmulDescAttributes_t attribute, const Value& value) {
        check(cublasLtMatmulDescSetAttribute(&plan.description, attribute, &value, sizeof value),
              "cublasLtMatmulDescSetAttribute");
    }

    /// cuBLASLt's matrices are column-major: what it is given is cᵀ(n, m) = bᵀ(n, k) aᵀ(k, m), where a
    /// row-major matrix is its own transpose. So its first matrix is b, and its rows are our columns.
    void make(Plan& plan, const Key& key, const void* vector) {
        const Product& p = key.product;
        const cudaDataType_t result = key.arithmetic == Arithmetic::float64 ? CUDA_R_64F : CUDA_R_32F;
        const cudaDataType_t operand = key.arithmetic == Arithmetic::bfloat16  ? CUDA_R_16BF
                                       : key.arithmetic == Arithmetic::float16 ? CUDA_R_16F
                                                                               : result;
        const cublasComputeType_t compute = key.arithmetic == Arithmetic::float64 ? CUBLAS_COMPUTE_64F
                                            : key.arithmetic == Arithmetic::tf32
                                                ? CUBLAS_COMPUTE_32F_FAST_TF32
                                                : CUBLAS_COMPUTE_32F;
        check(cublasLtMatmulDescInit(&plan.description, compute, result), "cublasLtMatmulDescInit");
        set(plan, CUBLASLT_MATMUL_DESC_TRANSA, p.b_transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
        set(plan, CUBLASLT_MATMUL_DESC_TRANSB, p.a_transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
        if (key.epilogue != Epilogue::none) {
            constexpr cublasLtEpilogue_t epilogues[] = {CUBLASLT_EPILOGUE_DEFAULT, CUBLASLT_EPILOGUE_BIAS,
                                                        CUBLASLT_EPILOGUE_GELU_BIAS,
                                                        CUBLASLT_EPILOGUE_BGRADB};
            set(plan, CUBLASLT_MATMUL_DESC_EPILOGUE, epilogues[int(key.epilogue)]);
            set(plan, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, result);
            set(plan, CUBLASLT_MATMUL_DESC_BIAS_POINTER, vector);  // the heuristic looks at its alignment
        }
        // In every layout the rows are the contiguous extent; the leading dimension is the spacing of ours.
        const auto layout = [&](cublasLtMatrixLayoutOpaque_t& of, cudaDataType_t type, Size rows,
                                Size columns, Size leading, Size step) {
            check(cublasLtMatrixLayoutInit(&of, type, rows, columns, static_cast<std::int64_t>(leading)),
                  "cublasLtMatrixLayoutInit");
            if (p.count == 1) return;
            const auto count = static_cast<std::int32_t>(p.count);
            const auto offset = static_cast<std::int64_t>(step);
            check(cublasLtMatrixLayoutSetAttribute(&of, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count,
                                                   sizeof count),
                  "cublasLtMatrixLayoutSetAttribute");
            check(cublasLtMatrixLayoutSetAttribute(&of, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &offset,
                                                   sizeof offset),
                  "cublasLtMatrixLayoutSetAttribute");
        };
        layout(plan.first, operand, p.b_columns(), p.b_transposed ? p.n : p.k, p.b_row(), p.b.step);
        layout(plan.second, operand, p.a_columns(), p.a_transposed ? p.k : p.m, p.a_row(), p.a.step);
        layout(plan.result, result, p.n, p.m, p.c_row(), p.c.step);

        cublasLtMatmulPreferenceOpaque_t preference;
        check(cublasLtMatmulPreferenceInit(&preference), "cublasLtMatmulPreferenceInit");
        const auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, auto value) {
            check(cublasLtMatmulPreferenceSetAttribute(&preference, attribute, &value, sizeof value),
                  "cublasLtMatmulPreferenceSetAttribute");
        };
        prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t(workspace_.size()));
        prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, std::uint32_t(key.b_alignment));
        prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, std::uint32_t(key.a_alignment));
        prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, std::uint32_t(key.c_alignment));
        prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, std::uint32_t(key.c_alignment));

        cublasLtMatmulHeuristicResult_t found{};
        int count = 0;
        const cublasStatus_t status =
            cublasLtMatmulAlgoGetHeuristic(handle_, &plan.description, &plan.first, &plan.second,
                                           &plan.result, &plan.result, &preference, 1, &found, &count);
        plan.algorithm = found.algo;
        plan.refused = status != CUBLAS_STATUS_SUCCESS ? status
                       : count == 0                    ? CUBLAS_STATUS_NOT_SUPPORTED
                                                       : found.state;
    }

    [[noreturn, gnu::cold]] static void refuse(const Product& p, Arithmetic arithmetic,
                                               cublasStatus_t status) {
        throw DeviceError(message("strata: cuBLASLt has no kernel on this GPU for the product (", p.m, ", ",
                                  p.k, ") (", p.k, ", ", p.n, ") in ", name_of(arithmetic), ": ",
                                  cublasLtGetStatusString(status)));
    }

    cublasLtHandle_t handle_ = nullptr;
    Buffer<unsigned char> workspace_{"the products' workspace"};
    std::unordered_map<Key, Plan, Hash> plans_;
};

}  // namespace detail
}  // namespace strata::cuda

#endif
