#pragma once
// Rows of a table by their indices, and the gradient of the table.

#include <cstdint>
#include <strata/backends/cpu/simd/simd.hpp>
#include <strata/core/refuse_option.hpp>
#include <strata/core/tensor.hpp>

namespace strata::cpu {

namespace detail {

[[noreturn, gnu::cold]] inline void refuse_index(std::int64_t index, Size sample, Size place, Size limit) {
    refuse_option("Embedding", message("the index of sample ", sample, " at place ", place).c_str(), index,
                  "at least 0 and below ", limit, ", the number of embeddings");
}

}  // namespace detail

struct EmbeddingOperations {
    /// y[i] = weight[indices[i]]. Throws ValueError for an index that is none, before anything is written.
    template <class X, class W, class Y>
    static void embedding(X indices, W weight, Y y) {
        constexpr Size dim = W::columns;
        for (Size i = 0; i < indices.size(); ++i)
            if (static_cast<std::uint64_t>(indices.data[i]) >= W::rows())
                detail::refuse_index(indices.data[i], i / X::sample_size, i % X::sample_size, W::rows());
        for (Size i = 0; i < indices.size(); ++i)
            __builtin_memcpy(y.data + i * dim, weight.data + static_cast<Size>(indices.data[i]) * dim,
                             dim * sizeof(*y.data));
    }

    /// dweight[j] = the sum of dy[i] over all i with indices[i] = j, or dweight[j] += ...; the row `padding`
    /// gets nothing (-1: there is none).
    template <class X, class DY, class DW>
    static void embedding_gradient(X indices, DY dy, std::int64_t padding, DW dweight) {
        using T = typename DW::value_type;
        constexpr Size dim = DW::columns;
        if (!dweight.accumulate)
            for (Size i = 0; i < DW::size(); ++i) dweight.data[i] = T(0);
        vectorized<T>([&](auto width) {
            using V = Pack<T, decltype(width)::value>;
            for (Size i = 0; i < indices.size(); ++i) {
                const std::int64_t index = indices.data[i];
                if (index == padding) continue;
                T* const sum = dweight.data + static_cast<Size>(index) * dim;
                const T* const term = dy.data + i * dim;
                Size k = 0;
                for (; k + V::width <= dim; k += V::width)
                    (V::load(sum + k) + V::load(term + k)).store(sum + k);
                for (; k < dim; ++k) sum[k] += term[k];
            }
        });
    }
};

}  // namespace strata::cpu
