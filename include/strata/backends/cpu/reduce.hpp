#pragma once
// Sums over the rows of a matrix, and the row-wise questions that metrics ask.

#include <cstdint>
#include <strata/core/tensor.hpp>

namespace strata::cpu {

struct ReduceOperations {
    /// out[j] = sum over rows of x[row, j], or out[j] += ...
    template <class X, class Out>
    static void sum_rows(X x, Out out) {
        using T = typename Out::value_type;
        static_assert(X::columns == Out::size());
        if (!out.accumulate)
            for (Size j = 0; j < X::columns; ++j) out.data[j] = T(0);
        for (Size row = 0; row < x.rows(); ++row)
            for (Size j = 0; j < X::columns; ++j) out.data[j] += x.data[row * X::columns + j];
    }

    /// How many rows have their largest value at the index that `target` names (the first of equals, as
    /// argmax).
    template <class X>
    static Size count_correct(X x, const std::int64_t* target) {
        Size correct = 0;
        for (Size row = 0; row < x.rows(); ++row) {
            const auto* values = x.data + row * X::columns;
            Size best = 0;
            for (Size j = 1; j < X::columns; ++j)
                if (values[best] < values[j]) best = j;
            correct += static_cast<std::int64_t>(best) == target[row];
        }
        return correct;
    }
};

}  // namespace strata::cpu
