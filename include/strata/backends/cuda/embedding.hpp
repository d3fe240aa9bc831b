#pragma once
// Rows of a table by their indices, and the gradient of the table.
//
// The gradient has the same bits in every run: the indices are sorted, and a warp adds up the gradients of
// all places that hold one index, in order. The sort is a merge sort whose numbers all differ (index and
// place), where each thread finds out by counting or bisection where its number belongs.

#include <cstdint>
#include <strata/backends/cuda/map.hpp>
#include <strata/core/error.hpp>

namespace strata::cuda {

namespace detail {

/// An index in the upper half, and its place in the lower one.
using SortedIndex = std::uint64_t;
inline constexpr Size sorted_places = 256;  ///< that are sorted by counting

/// y[i] = weight[indices[i]]; NaN where there is no such row, because nothing can be refused here.
template <class T>
struct EmbeddingRow {
    const std::int64_t* indices;
    const T* weight;
    Size count, dim;
    T* y;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size i) const {
        const std::int64_t index = indices[i];
        const bool known = index >= 0 && static_cast<Size>(index) < count;
        const T* const from = weight + (known ? static_cast<Size>(index) * dim : 0);
        T* const to = y + i * dim;
        group.for_each(dim, [&](Size k) { to[k] = known ? from[k] : static_cast<T>(__builtin_nan("")); });
    }
};

/// The numbers of a run of `sorted_places`, each at the place that is its rank. Indices that get no gradient
/// become `count`, and so come last.
struct SortRun {
    const std::int64_t* indices;
    Size n, count;
    std::int64_t padding;
    SortedIndex* to;

    STRATA_DEVICE SortedIndex at(Size i) const {
        const std::int64_t index = indices[i];
        const bool counts = index >= 0 && static_cast<Size>(index) < count && index != padding;
        return static_cast<SortedIndex>(counts ? static_cast<Size>(index) : count) << 32 | i;
    }
    STRATA_DEVICE void operator()(Size i) const {
        const Size begin = i / sorted_places * sorted_places;
        const Size end = begin + sorted_places < n ? begin + sorted_places : n;
        const SortedIndex own = at(i);
        Size rank = begin;
        for (Size k = begin; k < end; ++k) rank += at(k) < own;
        to[rank] = own;
    }
};

/// Pairs of sorted runs become one: a number moves on by how many of the other run are smaller.
struct MergeRuns {
    const SortedIndex* from;
    Size n, run;
    SortedIndex* to;

    STRATA_DEVICE void operator()(Size i) const {
        const Size own_run = i / run, pair = own_run / 2 * 2 * run;
        Size low = own_run % 2 == 0 ? pair + run : pair;
        if (low > n) low = n;
        const Size begin = low;
        Size high = low + run < n ? low + run : n;
        const SortedIndex own = from[i];
        while (low < high) {
            const Size middle = low + (high - low) / 2;
            if (from[middle] < own)
                low = middle + 1;
            else
                high = middle;
        }
        to[pair + (i - own_run * run) + (low - begin)] = own;
    }
};

/// The sum of the gradients of one index, by the group at its first place.
template <class T>
struct EmbeddingGradientRow {
    const SortedIndex* sorted;
    Size n, count, dim;
    const T* dy;
    T* dweight;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size i) const {
        const SortedIndex index = sorted[i] >> 32;
        if (index >= count || (i > 0 && sorted[i - 1] >> 32 == index)) return;
        T* const to = dweight + index * dim;
        group.for_each(dim, [&](Size k) {
            double sum = static_cast<double>(to[k]);
            for (Size place = i; place < n && sorted[place] >> 32 == index; ++place)
                sum += static_cast<double>(dy[(sorted[place] & 0xffffffffu) * dim + k]);
            to[k] = static_cast<T>(sum);
        });
    }
};

}  // namespace detail

class EmbeddingOperations : public virtual Queue {
public:
    /// y[i] = weight[indices[i]]; a row of NaN for an index that is none.
    template <class X, class W, class Y>
    void embedding(X indices, W weight, Y y) const {
        using T = typename Y::value_type;
        for_each_warp(indices.size(),
                      detail::EmbeddingRow<T>{indices.data, weight.data, W::rows(), W::columns, y.data});
    }

    /// dweight[j] = the sum of dy[i] over all i with indices[i] = j, or dweight[j] += ...; the row `padding`
    /// gets nothing (-1: there is none).
    template <class X, class DY, class DW>
    void embedding_gradient(X indices, DY dy, std::int64_t padding, DW dweight) const {
        using T = typename DW::value_type;
        constexpr Size count = DW::rows(), dim = DW::columns;
        static_assert(count < Size(1) << 32, "an index has 32 bits in the sort");
        const Size n = indices.size();
        if (n >= Size(1) << 32)
            throw ShapeError(message("strata: Embedding: a batch of ", n, " indices, and 2^32 is the limit"));
        if (!dweight.accumulate) for_each_index(DW::size(), detail::Fill<T>{dweight.data, T(0)});
        if (n == 0) return;

        detail::SortedIndex* from = detail::room<detail::SortedIndex>(detail::scratch(*this).sorted, 2 * n);
        detail::SortedIndex* to = from + n;
        for_each_index(n, detail::SortRun{indices.data, n, count, padding, from});
        for (Size run = detail::sorted_places; run < n; run *= 2) {
            for_each_index(n, detail::MergeRuns{from, n, run, to});
            std::swap(from, to);
        }
        for_each_warp(n, detail::EmbeddingGradientRow<T>{from, n, count, dim, dy.data, dweight.data});
    }
};

}  // namespace strata::cuda
