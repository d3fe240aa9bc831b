#pragma once
// Sums of terms, in double.
//
// A sum of up to a block's share of elements is one kernel. Larger ones are two: chunks, then the chunks'
// sums. How a sum is divided depends on the number of its terms alone, so that it has the same bits in every
// run.

#include <strata/backends/cuda/runtime/scratch.hpp>

namespace strata::cuda::detail {

/// Terms of a sum that lie in memory.
struct TermsInMemory {
    const double* data;
    STRATA_DEVICE double operator()(Size i) const { return data[i]; }
};

/// partials[chunk] = the sum of the chunk's terms
template <class Term>
struct SumChunk {
    Term term;
    Size n, size;
    double* partials;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size chunk) const {
        const Size begin = chunk * size, left = n - begin;
        const double sum = group.sum(left < size ? left : size,
                                     [&](Size i) { return static_cast<double>(term(begin + i)); });
        if (group.leads()) partials[chunk] = sum;
    }
};

/// store(the sum of all terms)
template <class Term, class Store>
struct SumAll {
    Term term;
    Size n;
    Store store;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size) const {
        const double sum = group.sum(n, [&](Size i) { return static_cast<double>(term(i)); });
        if (group.leads()) store(sum);
    }
};

/// How the terms of a sum are divided among blocks: chunks of one size, the last one shorter.
struct Chunks {
    static constexpr Size most = 1024, least_size = 1024, one_block = 4096;

    explicit Chunks(Size n) {
        if (n > one_block) size = (n + most - 1) / most < least_size ? least_size : (n + most - 1) / most;
        if (n > one_block) count = (n + size - 1) / size;
    }
    Size size = one_block, count = 1;
};

/// store(the sum of term(i) over all i < n), by one thread. `term` is called once for each i.
template <class Term, class Store>
void total(const Queue& queue, Size n, const Term& term, const Store& store) {
    const Chunks chunks(n);
    if (chunks.count == 1) return queue.for_each_block(1, SumAll<Term, Store>{term, n, store});
    double* const partials = scratch(queue).partials.of(chunks.count);
    queue.for_each_block(chunks.count, SumChunk<Term>{term, n, chunks.size, partials});
    queue.for_each_block(1, SumAll<TermsInMemory, Store>{{partials}, chunks.count, store});
}

}  // namespace strata::cuda::detail
