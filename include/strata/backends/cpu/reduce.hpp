#pragma once
// Sums over the rows of a matrix, and the row-wise questions that metrics ask.

#include <cstdint>
#include <strata/backends/cpu/simd.hpp>
#include <strata/core/tensor.hpp>

namespace strata::cpu {

struct ReduceOperations {
    /// out[j] = sum over rows of x[row, j], or out[j] += ...
    template <class X, class Out>
    static void sum_rows(X x, Out out) {
        using T = typename Out::value_type;
        constexpr Size columns = X::columns;
        static_assert(columns == Out::size());
        const Size rows = x.rows();
        const Size end = rows * columns;
        vectorized<T>([&](auto width) {
            using V = Pack<T, decltype(width)::value>;
            for (Size first = 0; first < columns; first += V::width) {
                const Size lanes = columns - first < V::width ? columns - first : V::width;
                V sums = out.accumulate ? V::load(out.data + first, lanes) : V(0);
                // A pack may reach into the next row; the lanes that do are dropped at the end.
                Size at = first;
                for (; at + V::width <= end; at += columns) sums += V::load(x.data + at);
                for (; at < end; at += columns) sums += V::load(x.data + at, lanes);
                sums.store(out.data + first, lanes);
            }
        });
    }

    /// How many rows have their largest value at the index that `target` names (the first of equals, as
    /// argmax).
    template <class X>
    static Size count_correct(X x, const std::int64_t* target) {
        constexpr Size columns = X::columns;
        Size correct = 0;
        for (Size row = 0; row < x.rows(); ++row) {
            const auto* values = x.data + row * columns;
            Size best = 0;
            for (Size j = 1; j < columns; ++j)
                if (values[best] < values[j]) best = j;
            correct += static_cast<std::int64_t>(best) == target[row];
        }
        return correct;
    }
};

}  // namespace strata::cpu
