#pragma once
// Sums over the rows of a matrix, and the row-wise questions that metrics ask.

#include <cstdint>
#include <strata/backends/cpu/simd/simd.hpp>
#include <strata/core/operations/class_extent.hpp>
#include <strata/core/operations/cross_entropy_options.hpp>
#include <strata/core/operations/loss_report.hpp>
#include <strata/core/tensor.hpp>

namespace strata::cpu {

namespace detail {

// The number of columns is a run-time value here: layers of all sizes share these loops.

/// out[j] = sum over rows of x[row, j], or out[j] += ...
template <class T>
void sum_rows(const T* x, Size rows, Size columns, T* out, bool accumulate) {
    const Size end = rows * columns;
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        for (Size first = 0; first < columns; first += V::width) {
            const Size lanes = columns - first < V::width ? columns - first : V::width;
            V sums = accumulate ? V::load(out + first, lanes) : V(0);
            // A pack may reach into the next row; the lanes that do are dropped at the end.
            Size at = first;
            for (; at + V::width <= end; at += columns) sums += V::load(x + at);
            for (; at < end; at += columns) sums += V::load(x + at, lanes);
            sums.store(out + first, lanes);
        }
    });
}

/// y[row, j] += b[j]
template <class T>
void add_to_rows(T* y, Size rows, Size columns, const T* b) {
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        for (Size row = 0; row < rows; ++row, y += columns) {
            Size j = 0;
            for (; j + V::width <= columns; j += V::width) (V::load(y + j) + V::load(b + j)).store(y + j);
            for (; j < columns; ++j) y[j] += b[j];
        }
    });
}

#ifdef STRATA_INSTANCE
STRATA_INSTANCE void sum_rows(const float*, Size, Size, float*, bool);
STRATA_INSTANCE void add_to_rows(float*, Size, Size, const float*);
#endif

}  // namespace detail

struct ReduceOperations {
    /// out[j] = sum over rows of x[row, j], or out[j] += ...
    template <class X, class Out>
    static void sum_rows(X x, Out out) {
        using T = typename Out::value_type;
        static_assert(X::columns == Out::size());
        detail::sum_rows<T>(x.data, x.rows(), X::columns, out.data, out.accumulate);
    }

    /// Reports for x, (batch, classes, d...), how many positions (batch, d...) have their largest value at the
    /// class that `target` names (the first of equals, as argmax), and how many count: all but those whose
    /// target is `ignore_index`.
    template <class X>
    static void count_correct(X x, const std::int64_t* target, LossReport* report,
                              std::int64_t ignore_index = nothing_ignored) {
        constexpr Size classes = class_extent(X{}).classes, inner = class_extent(X{}).inner;
        const Size positions = x.batch * inner;
        Size correct = 0, counted = 0;
        for (Size i = 0; i < positions; ++i) {
            if (target[i] == ignore_index) continue;
            const auto* values = x.data + i / inner * (classes * inner) + i % inner;
            Size best = 0;
            for (Size c = 1; c < classes; ++c)
                if (values[best * inner] < values[c * inner]) best = c;
            correct += static_cast<std::int64_t>(best) == target[i];
            ++counted;
        }
        report->correct = correct;
        report->counted = counted;
    }
};

}  // namespace strata::cpu
