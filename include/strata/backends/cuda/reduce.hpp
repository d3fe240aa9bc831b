#pragma once
// Sums over the rows of a matrix, and the row-wise questions that metrics ask.
//
// A few rows are summed by a warp per column. Many rows are first folded into a matrix of some hundred rows,
//   partial[i] = x[i] + x[i + stride] + x[i + 2 stride] + ...,   stride = a whole number of rows,
// where neighbouring threads read neighbouring numbers whatever the number of columns.

#include <cstdint>
#include <strata/backends/cuda/map.hpp>

namespace strata::cuda {

namespace detail {

template <class T>
struct FoldRows {
    const T* x;
    Size size, stride;
    double* partials;

    STRATA_DEVICE void operator()(Size i) const {
        double sum = 0;
        for (Size at = i; at < size; at += stride) sum += static_cast<double>(x[at]);
        partials[i] = sum;
    }
};

/// out[j] = sum over rows of x[row, j], or out[j] += ...
template <class From, class T>
struct SumColumn {
    const From* x;
    Size rows, columns;
    T* out;
    bool accumulate;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size j) const {
        const double sum =
            group.sum(rows, [&](Size row) { return static_cast<double>(x[row * columns + j]); });
        if (group.leads()) out[j] = static_cast<T>(accumulate ? static_cast<double>(out[j]) + sum : sum);
    }
};

struct Unchanged {
    template <class T>
    STRATA_HOST_DEVICE T operator()(T x) const {
        return x;
    }
};

/// y[row, j] = f(y[row, j] + b[j]). A warp per row: it needs no division by the number of columns.
template <class F, class T>
struct AddRow {
    T* y;
    const T* b;
    Size columns;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size row) const {
        T* const values = y + row * columns;
        group.for_each(columns, [&](Size j) { values[j] = F{}(values[j] + b[j]); });
    }
};

/// 1 if the label's entry is the largest of its row, the first of equals; else 0. NaN is the largest in the
/// first entry, and never elsewhere.
template <class T>
struct IsCorrect {
    const T* x;
    const std::int64_t* target;
    Size columns;

    STRATA_DEVICE double operator()(Size row) const {
        const T* const values = x + row * columns;
        Size best = 0;
        for (Size j = 1; j < columns; ++j)
            if (values[best] < values[j]) best = j;
        return static_cast<std::int64_t>(best) == target[row] ? 1 : 0;
    }
};

/// The same by a group, for long rows: an entry is the first largest if no other one beats it.
template <class T>
struct IsCorrectByGroup {
    const T* x;
    const std::int64_t* target;
    Size columns;
    double* correct;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size row) const {
        const T* const values = x + row * columns;
        const std::int64_t label = target[row];
        bool largest = false;
        if (label >= 0 && label < static_cast<std::int64_t>(columns)) {  // the same in the whole group
            const Size own = static_cast<Size>(label);
            const T value = values[own];
            const unsigned rivals = group.sum(columns, [&](Size j) {
                return static_cast<unsigned>(j < own ? value <= values[j] : value < values[j]);
            });
            const bool is_number = value == value && values[0] == values[0];
            largest = rivals == 0 && (own == 0 || is_number);
        }
        if (group.leads()) correct[row] = largest ? 1 : 0;
    }
};

struct StoreCorrect {
    LossReport* report;
    STRATA_DEVICE void operator()(double sum) const { report->correct = static_cast<Size>(sum); }
};

}  // namespace detail

class ReduceOperations : public MapOperations {
public:
    /// out[j] = sum over rows of x[row, j], or out[j] += ...; sums are accumulated in double
    template <class X, class Out>
    void sum_rows(X x, Out out) const {
        using T = typename Out::value_type;
        static_assert(X::columns == Out::size());
        constexpr Size few = 256, most = 1024, wanted_threads = 65536;
        constexpr Size columns = X::columns;
        const Size rows = x.rows();
        if (rows <= few)
            return for_each_warp(columns,
                                 detail::SumColumn<T, T>{x.data, rows, columns, out.data, out.accumulate});
        Size folded = wanted_threads / columns;  // rows that are left
        if (folded > most) folded = most;
        if (folded > rows / 16) folded = rows / 16;
        if (folded < 16) folded = 16;
        const Size stride = folded * columns;
        double* const partials = scratch().partials.of(context(), stride);
        for_each_index(stride, detail::FoldRows<T>{x.data, rows * columns, stride, partials});
        for_each_warp(columns,
                      detail::SumColumn<double, T>{partials, folded, columns, out.data, out.accumulate});
    }

    /// y[row, j] = f(y[row, j] + bias[j])
    template <class F = detail::Unchanged, class Y, class Bias>
    void add_to_rows(Y y, Bias bias) const {
        using T = typename Y::value_type;
        static_assert(Y::columns == Bias::size());
        for_each_warp(y.rows(), detail::AddRow<F, T>{y.data, bias.data, Y::columns});
    }

    /// Reports how many rows have their largest value at the index that `target` names (the first of equals,
    /// as argmax).
    template <class X>
    void count_correct(X x, const std::int64_t* target, LossReport* report) const {
        using T = std::remove_const_t<typename X::value_type>;
        constexpr Size short_row = 32, columns = X::columns;
        const Size rows = x.rows();
        const detail::StoreCorrect store{report};
        if (columns <= short_row) return total(rows, detail::IsCorrect<T>{x.data, target, columns}, store);
        double* const correct = scratch().terms.of(context(), rows);
        for_each_warp(rows, detail::IsCorrectByGroup<T>{x.data, target, columns, correct});
        total(rows, detail::Numbers{correct}, store);
    }
};

}  // namespace strata::cuda
