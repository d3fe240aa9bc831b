#pragma once
// Sums over the rows of a matrix, and the row-wise questions that metrics ask.
//
// A few rows are summed by a warp per column. Many rows are first folded into a matrix of some hundred rows,
//   partial[i] = x[i] + x[i + stride] + x[i + 2 stride] + ...,   stride = a whole number of rows,
// where neighbouring threads read neighbouring numbers whatever the number of columns.

#include <cstdint>
#include <strata/backends/cuda/sums.hpp>
#include <strata/core/operations/class_extent.hpp>
#include <strata/core/operations/cross_entropy_options.hpp>
#include <strata/core/operations/loss_report.hpp>
#include <type_traits>

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

/// The positions of a prediction, (batch, classes, d...), and their class indices.
template <class T>
struct Positions {
    const T* x;
    const std::int64_t* target;
    ClassExtent e;
    std::int64_t ignore_index;

    STRATA_DEVICE Size begin(Size i) const {
        return e.inner == 1 ? i * e.classes : i / e.inner * (e.classes * e.inner) + i % e.inner;
    }
    STRATA_DEVICE double counts(Size i) const { return target[i] == ignore_index ? 0 : 1; }
    /// 1 if the label's entry is the largest of its classes, the first of equals; else 0. NaN is the largest in
    /// the first entry, and never elsewhere.
    STRATA_DEVICE double correct(Size i) const {
        if (target[i] == ignore_index) return 0;
        const T* const values = x + begin(i);
        Size best = 0;
        for (Size c = 1; c < e.classes; ++c)
            if (values[best * e.inner] < values[c * e.inner]) best = c;
        return static_cast<std::int64_t>(best) == target[i] ? 1 : 0;
    }
};

/// The same by a group, for many classes: an entry is the first largest if no other one beats it.
template <class T>
struct IsCorrectByGroup {
    Positions<T> positions;
    double* correct;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size i) const {
        const Size classes = positions.e.classes, stride = positions.e.inner;
        const T* const values = positions.x + positions.begin(i);
        const std::int64_t label = positions.target[i];
        bool largest = false;
        if (label != positions.ignore_index && label >= 0 &&
            label < static_cast<std::int64_t>(classes)) {  // the same in the whole group
            const Size own = static_cast<Size>(label);
            const T value = values[own * stride];
            const unsigned rivals = group.sum(classes, [&](Size c) {
                const T other = values[c * stride];
                return static_cast<unsigned>(c < own ? value <= other : value < other);
            });
            const bool is_number = value == value && values[0] == values[0];
            largest = rivals == 0 && (own == 0 || is_number);
        }
        if (group.leads()) correct[i] = largest ? 1 : 0;
    }
};

/// What has been found out about positions, or about chunks of them.
template <class T>
struct JudgedPositions {
    Positions<T> positions;
    const double* is_correct;

    STRATA_DEVICE double counts(Size i) const { return positions.counts(i); }
    STRATA_DEVICE double correct(Size i) const { return is_correct[i]; }
};
struct PositionChunks {
    double *are_correct, *count;

    STRATA_DEVICE double counts(Size i) const { return count[i]; }
    STRATA_DEVICE double correct(Size i) const { return are_correct[i]; }
};

template <class From>
struct CountChunk {
    From from;
    Size n, size;
    PositionChunks chunks;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size chunk) const {
        const Size begin = chunk * size, left = n - begin, own = left < size ? left : size;
        const double correct = group.sum(own, [&](Size i) { return from.correct(begin + i); });
        const double counted = group.sum(own, [&](Size i) { return from.counts(begin + i); });
        if (!group.leads()) return;
        chunks.are_correct[chunk] = correct;
        chunks.count[chunk] = counted;
    }
};
template <class From>
struct CountAll {
    From from;
    Size n;
    LossReport* report;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size) const {
        const double correct = group.sum(n, [&](Size i) { return from.correct(i); });
        const double counted = group.sum(n, [&](Size i) { return from.counts(i); });
        if (!group.leads()) return;
        report->correct = static_cast<Size>(correct);
        report->counted = static_cast<Size>(counted);
    }
};

/// out[j] = sum over rows of x[row, j], or out[j] += ...
template <class X, class Out>
void sum_rows(const Queue& queue, X x, Out out) {
    using T = typename Out::value_type;
    static_assert(X::columns == Out::size());
    constexpr Size few = 256, most = 1024, wanted_threads = 65536;
    constexpr Size columns = X::columns;
    const Size rows = x.rows();
    if (rows <= few)
        return queue.for_each_warp(columns, SumColumn<T, T>{x.data, rows, columns, out.data, out.accumulate});
    Size folded = wanted_threads / columns;  // rows that are left
    if (folded > most) folded = most;
    if (folded > rows / 16) folded = rows / 16;
    if (folded < 16) folded = 16;
    const Size stride = folded * columns;
    double* const partials = scratch(queue).partials.of(stride);
    queue.for_each_index(stride, FoldRows<T>{x.data, rows * columns, stride, partials});
    queue.for_each_warp(columns, SumColumn<double, T>{partials, folded, columns, out.data, out.accumulate});
}

/// y[row, j] = f(y[row, j] + bias[j])
template <class F = Unchanged, class Y, class Bias>
void add_to_rows(const Queue& queue, Y y, Bias bias) {
    using T = typename Y::value_type;
    static_assert(Y::columns == Bias::size());
    queue.for_each_warp(y.rows(), AddRow<F, T>{y.data, bias.data, Y::columns});
}

}  // namespace detail

class ReduceOperations : public virtual Queue {
public:
    /// out[j] = sum over rows of x[row, j], or out[j] += ...; sums are accumulated in double
    template <class X, class Out>
    void sum_rows(X x, Out out) const {
        detail::sum_rows(*this, x, out);
    }

    /// y[row, j] = f(y[row, j] + bias[j])
    template <class F = detail::Unchanged, class Y, class Bias>
    void add_to_rows(Y y, Bias bias) const {
        detail::add_to_rows<F>(*this, y, bias);
    }

    /// Reports for x, (batch, classes, d...), how many positions (batch, d...) have their largest value at the
    /// class that `target` names (the first of equals, as argmax), and how many count: all but those whose
    /// target is `ignore_index`.
    template <class X>
    void count_correct(X x, const std::int64_t* target, LossReport* report,
                       std::int64_t ignore_index = nothing_ignored) const {
        using T = std::remove_const_t<typename X::value_type>;
        constexpr Size few_classes = 32;
        const ClassExtent e = class_extent(x);
        const Size n = e.outer * e.inner;
        const detail::Positions<T> positions{x.data, target, e, ignore_index};
        if (e.classes <= few_classes) return count(n, positions, report);
        double* const correct = detail::scratch(*this).terms.of(n);
        for_each_warp(n, detail::IsCorrectByGroup<T>{positions, correct});
        count(n, detail::JudgedPositions<T>{positions, correct}, report);
    }

private:
    template <class From>
    void count(Size n, const From& from, LossReport* report) const {
        const detail::Chunks chunks(n);
        if (chunks.count == 1) return for_each_block(1, detail::CountAll<From>{from, n, report});
        double* const partials = detail::scratch(*this).partials.of(2 * chunks.count);
        const detail::PositionChunks counted{partials, partials + chunks.count};
        for_each_block(chunks.count, detail::CountChunk<From>{from, n, chunks.size, counted});
        for_each_block(1, detail::CountAll<detail::PositionChunks>{counted, chunks.count, report});
    }
};

}  // namespace strata::cuda
