#pragma once
// Two sums over each channel of a batch, in double, and what is made of them. Channels with many elements
// side by side are summed in chunks, a block for each. Otherwise samples are first folded, where neighbouring
// threads read neighbouring numbers, as sum_rows does it. How a sum is divided depends on the extents alone,
// so that it has the same bits in every run.

#include <strata/backends/cuda/runtime/division.hpp>
#include <strata/backends/cuda/runtime/scratch.hpp>
#include <strata/core/operations/normalization.hpp>

namespace strata::cuda::detail {

/// Where an element lies, and in which sample and channel.
struct ChannelPlace {
    Size at, sample, channel;
};

/// store(chunk * channels + channel, sums of term.first(place) and term.second(place) over the chunk)
template <class Term, class Store>
struct SumChannel {
    ChannelExtent e;
    Size chunk;  ///< elements
    Term term;
    Store store;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size task) const {
        const Size part = quotient(task, e.channels), channel = task - part * e.channels;
        const Size begin = part * chunk, left = e.batch * e.inner - begin, n = left < chunk ? left : chunk;
        const auto place = [&](Size i) {
            const Size sample = quotient(begin + i, e.inner);
            return ChannelPlace{(sample * e.channels + channel) * e.inner + (begin + i - sample * e.inner),
                                sample, channel};
        };
        const double first = group.sum(n, [&](Size i) { return term.first(place(i)); });
        const double second = group.sum(n, [&](Size i) { return term.second(place(i)); });
        if (group.leads()) store(task, first, second);
    }
};

/// Parts of sums, which are terms of the next ones: all first sums, then all second ones.
struct PartialSums {
    double* data;
    Size size;
    STRATA_DEVICE void operator()(Size i, double first, double second) const {
        data[i] = first;
        data[size + i] = second;
    }
    STRATA_DEVICE double first(const ChannelPlace& place) const { return data[place.at]; }
    STRATA_DEVICE double second(const ChannelPlace& place) const { return data[size + place.at]; }
};

/// Samples s, s + folded, s + 2 folded, ... become one.
template <class Term>
struct FoldSamples {
    ChannelExtent e;
    Size folded;
    Term term;
    PartialSums partials;

    STRATA_DEVICE void operator()(Size i) const {
        const Size size = e.channels * e.inner, stride = folded * size;
        Size sample = quotient(i, size);
        const Size channel = quotient(i - sample * size, e.inner);
        double first = 0, second = 0;
        for (Size at = i; sample < e.batch; sample += folded, at += stride) {
            const ChannelPlace place{at, sample, channel};
            first += term.first(place);
            second += term.second(place);
        }
        partials(i, first, second);
    }
};

/// store(channel, sum of term.first, sum of term.second), by one thread for each channel.
template <class Term, class Store>
void sum_channels(const Queue& queue, ChannelExtent e, const Term& term, const Store& store) {
    constexpr Size side_by_side = 32, least_chunk = 2048, wanted_blocks = 1024, wanted_threads = 65536;
    const Size size = e.channels * e.inner, count = e.batch * e.inner;
    const auto room_for = [&](Size n) { return PartialSums{scratch(queue).partials.of(2 * n), n}; };
    const auto finish = [&](ChannelExtent parts, const PartialSums& partials) {
        queue.for_each_warp(parts.channels, SumChannel<PartialSums, Store>{parts, parts.batch * parts.inner,
                                                                           partials, store});
    };
    if (e.inner >= side_by_side) {
        Size chunks = (count + least_chunk - 1) / least_chunk;
        const Size most = wanted_blocks / e.channels + 1;
        if (chunks > most) chunks = most;
        if (chunks <= 1)
            return queue.for_each_block(e.channels, SumChannel<Term, Store>{e, count, term, store});
        const Size chunk = (count + chunks - 1) / chunks, parts = (count + chunk - 1) / chunk;
        const PartialSums partials = room_for(parts * e.channels);
        queue.for_each_block(parts * e.channels, SumChannel<Term, PartialSums>{e, chunk, term, partials});
        return finish({parts, e.channels, 1}, partials);
    }
    constexpr Size few = 64;  // samples
    Size folded = e.batch < few ? 1 : wanted_threads / size;
    if (folded > e.batch / 16) folded = e.batch / 16;
    if (folded < 1) folded = 1;
    const PartialSums partials = room_for(folded * size);
    queue.for_each_index(folded * size, FoldSamples<Term>{e, folded, term, partials});
    finish({folded, e.channels, e.inner}, partials);
}

}  // namespace strata::cuda::detail
