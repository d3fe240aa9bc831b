#pragma once
// Elementwise work and sums over tensors that are broadcast, transposed or parts of larger ones.
//
// The terms of each sum are divided into shares, in a way that depends on the loops alone, so that it has the
// same bits in every run. Where neighbouring results have neighbouring terms, each share is added up by one
// thread, and neighbouring threads read neighbouring terms; else by a group of threads. If there are several
// shares, a second kernel adds them up.

#include <strata/backends/cuda/runtime/scratch.hpp>
#include <strata/core/operations/loops.hpp>

namespace strata::cuda {

namespace detail {

/// Nested loops by the number of the turn. `Index` has 32 bits where these are enough, because of the
/// divisions.
template <Size N, class Index>
struct Turns {
    unsigned rank;
    Index extent[Loops<N>::most];
    Size stride[N][Loops<N>::most];

    explicit Turns(const Loops<N>& loops) : rank(static_cast<unsigned>(loops.rank)) {
        for (Size i = 0; i < loops.rank; ++i) {
            extent[i] = static_cast<Index>(loops.extent[i]);
            for (Size k = 0; k < N; ++k) stride[k][i] = loops.stride[k][i];
        }
    }
    /// at[k] += the offset into tensor k
    STRATA_DEVICE void move(Size turn, Size (&at)[N]) const {
        Index left = static_cast<Index>(turn);
        for (unsigned i = rank; i-- > 0;) {
            const Index next = i == 0 ? Index(0) : left / extent[i], own = left - next * extent[i];
            for (Size k = 0; k < N; ++k) at[k] += own * stride[k][i];
            left = next;
        }
    }
};

/// f of one element of each operand. Offsets begin with that of the result.
template <class F, class T, Size N>
struct TermOf {
    F f;
    const T* in[N];

    STRATA_DEVICE T operator()(const Size (&at)[1 + N]) const {
        return call(at, std::make_index_sequence<N>{});
    }
    template <Size... K>
    STRATA_DEVICE T call(const Size (&at)[1 + N], std::index_sequence<K...>) const {
        return f(in[K][at[1 + K]]...);
    }
};

template <class Term, class T, Size N, class Index>
struct MapInLoops {
    Turns<N, Index> turns;
    Term value;
    T* out;

    STRATA_DEVICE void operator()(Size i) const {
        Size at[N] = {};
        turns.move(i, at);
        out[at[0]] = value(at);
    }
};

/// Of how many results, each of how many terms, which are divided into `shares` of `size`; the last one is
/// shorter.
struct Shares {
    Size results, terms, count, size;

    Shares(Size of_results, Size of_terms, Size wanted, Size least)
        : results(of_results), terms(of_terms), count(1), size(of_terms) {
        if (wanted < 2 || terms < 2 * least) return;
        size = (terms + wanted - 1) / wanted < least ? least : (terms + wanted - 1) / wanted;
        count = (terms + size - 1) / size;
    }
};

/// Share i is the share i / results of the result i % results. Its sum is the result, or lies in partials[i].
template <class Term, class T, Size N, class Index>
struct SumInLoops {
    Turns<N, Index> kept, summed;
    Term value;
    T* out;
    Shares shares;
    double divisor;
    double* partials;

    STRATA_DEVICE void operator()(Size i) const {
        Size base[N] = {};
        kept.move(i % shares.results, base);
        const Size begin = i / shares.results * shares.size, left = shares.terms - begin;
        double sum = 0;
        for (Size k = 0; k < (left < shares.size ? left : shares.size); ++k) sum += term(base, begin + k);
        store(i, base[0], sum);
    }
    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size i) const {
        Size base[N] = {};
        kept.move(i % shares.results, base);
        const Size begin = i / shares.results * shares.size, left = shares.terms - begin;
        const double sum =
            group.sum(left < shares.size ? left : shares.size, [&](Size k) { return term(base, begin + k); });
        if (group.leads()) store(i, base[0], sum);
    }
    STRATA_DEVICE double term(const Size (&base)[N], Size k) const {
        Size at[N];
        for (Size j = 0; j < N; ++j) at[j] = base[j];
        summed.move(k, at);
        return static_cast<double>(value(at));
    }
    STRATA_DEVICE void store(Size i, Size at, double sum) const {
        if (partials == nullptr)
            out[at] = static_cast<T>(sum / divisor);
        else
            partials[i] = sum;
    }
};

/// The sum of the shares of each result.
template <class T, Size N, class Index>
struct SumShares {
    Turns<N, Index> kept;
    T* out;
    Shares shares;
    double divisor;
    const double* partials;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size result) const {
        const double sum =
            group.sum(shares.count, [&](Size share) { return partials[share * shares.results + result]; });
        if (!group.leads()) return;
        Size at[N] = {};
        kept.move(result, at);
        out[at[0]] = static_cast<T>(sum / divisor);
    }
};

template <class T, class Index>
struct MaxInLoops {
    Turns<2, Index> kept, terms;
    Size count;
    const T* in;
    T* out;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size result) const {
        Size base[2] = {};
        kept.move(result, base);
        const T largest = group.max(count, in[base[1]], [&](Size k) {
            Size at[2] = {base[0], base[1]};
            terms.move(k, at);
            return in[at[1]];
        });
        if (group.leads()) out[base[0]] = largest;
    }
};

}  // namespace detail

class LoopOperations : public virtual Queue {
public:
    /// out = f(in...) in each turn of the loops, whose strides are those of `out` and then those of each
    /// `in`. `out` may be one of `in` where their strides are the same; else they do not overlap.
    template <class F, class T, class... In>
    void map_in_loops(const Loops<1 + sizeof...(In)>& loops, const F& f, T* out, const In*... in) const {
        using Term = detail::TermOf<F, T, sizeof...(In)>;
        const Term value{f, {in...}};
        if (loops.elements() <= few)
            map_turns<unsigned>(loops, value, out);
        else
            map_turns<Size>(loops, value, out);
    }

    /// out = the sum of f(in...) over the loops in which `out` stays, accumulated in double, divided by
    /// `divisor` (0 / 0, the mean of nothing, is NaN, as in PyTorch).
    template <class F, class T, class... In>
    void sum_in_loops(const Loops<1 + sizeof...(In)>& loops, double divisor, const F& f, T* out,
                      const In*... in) const {
        using Term = detail::TermOf<F, T, sizeof...(In)>;
        const Term value{f, {in...}};
        if (loops.elements() <= few)
            sum_turns<unsigned>(loops, divisor, value, out);
        else
            sum_turns<Size>(loops, divisor, value, out);
    }

    /// out = the largest of `in` over the loops in which `out` stays, NaN where there is one.
    template <class T>
    void max_in_loops(const Loops<2>& loops, T* out, const T* in) const {
        if (loops.elements() <= few)
            max_turns<unsigned>(loops, out, in);
        else
            max_turns<Size>(loops, out, in);
    }

private:
    static constexpr Size few = 0x7fffffff;  ///< turns that 32 bits count
    static constexpr Size threads = 65536, blocks = 1024, few_results = 64, least_terms = 16,
                          terms_of_block = 1024;

    template <class Index, Size N, class Term, class T>
    void map_turns(const Loops<N>& loops, const Term& value, T* out) const {
        const detail::MapInLoops<Term, T, N, Index> work{detail::Turns<N, Index>(loops), value, out};
        for_each_index(loops.elements(), work);
    }
    template <class Index, Size N, class Term, class T>
    void sum_turns(const Loops<N>& loops, double divisor, const Term& value, T* out) const {
        const SplitLoops<N> split(loops);
        const Size results = split.kept.elements(), terms = split.summed.elements();
        if (results == 0) return;
        const bool by_thread = !split.ends_in_sum && results >= few_results;
        const detail::Shares shares = by_thread
                                          ? detail::Shares(results, terms, threads / results, least_terms)
                                          : detail::Shares(results, terms, blocks / results, terms_of_block);
        const Size all = results * shares.count;
        double* const partials = shares.count == 1 ? nullptr : detail::scratch(*this).partials.of(all);
        const detail::Turns<N, Index> kept(split.kept), summed(split.summed);
        const detail::SumInLoops<Term, T, N, Index> work{kept, summed, value, out, shares, divisor, partials};
        if (by_thread || terms < least_terms)
            for_each_index(all, work);
        else if (shares.size < terms_of_block)
            for_each_warp(all, work);
        else
            for_each_block(all, work);
        if (shares.count == 1) return;
        const detail::SumShares<T, N, Index> sum_shares{kept, out, shares, divisor, partials};
        for_each_warp(results, sum_shares);
    }
    template <class Index, class T>
    void max_turns(const Loops<2>& loops, T* out, const T* in) const {
        const SplitLoops<2> split(loops);
        const Size results = split.kept.elements(), terms = split.summed.elements();
        const detail::Turns<2, Index> kept(split.kept), summed(split.summed);
        const detail::MaxInLoops<T, Index> work{kept, summed, terms, in, out};
        if (terms < terms_of_block)
            for_each_warp(results, work);
        else
            for_each_block(results, work);
    }
};

}  // namespace strata::cuda
