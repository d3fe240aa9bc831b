#pragma once
// Elementwise work and sums over tensors that are broadcast, transposed or parts of larger ones.

#include <strata/backends/cpu/inner_loops.hpp>

namespace strata::cpu {

struct LoopOperations {
    /// out = f(in...) in each turn of the loops, whose strides are those of `out` and then those of each
    /// `in`. `out` may be one of `in` where their strides are the same; else they do not overlap.
    template <class F, class T, class... In>
    static void map_in_loops(const Loops<1 + sizeof...(In)>& all, const F& f, T* out, const In*... in);

    /// out = the sum of f(in...) over the loops in which `out` stays, accumulated in double, divided by
    /// `divisor` (0 / 0, the mean of nothing, is NaN, as in PyTorch).
    template <class F, class T, class... In>
    static void sum_in_loops(const Loops<1 + sizeof...(In)>& all, double divisor, const F& f, T* out,
                             const In*... in);

    /// out = the largest of `in` over the loops in which `out` stays, NaN where there is one.
    template <class T>
    static void max_in_loops(const Loops<2>& all, T* out, const T* in) {
        const SplitLoops<2> split(all);
        detail::Position<2> to(split.kept, split.kept.rank), term(split.summed, split.summed.rank);
        do {
            T largest = in[to.at[1]];
            do {
                const T value = in[to.at[1] + term.at[1]];
                largest = largest >= value || largest != largest ? largest : value;
            } while (term.next());
            out[to.at[0]] = largest;
        } while (to.next());
    }

private:
    template <class F, class T, Size... K>
    static void sum_by_runs(const SplitLoops<1 + sizeof...(K)>& split, double divisor, const F& f, T* out,
                            const T* const (&in)[sizeof...(K)], std::index_sequence<K...> operands) {
        using Position = detail::Position<1 + sizeof...(K)>;
        const auto summed = detail::with_long_runs(split.summed);
        detail::InnerLoop<1 + sizeof...(K)> run(summed);
        if (summed.elements() == 0) run.n = 0;
        vectorized<T>([&](auto width) {
            using V = Pack<T, decltype(width)::value>;
            Position to(split.kept, split.kept.rank), term(summed, run.outer);
            do {
                double total = 0;
                do {
                    const T* const here[] = {in[K] + to.at[1 + K] + term.at[1 + K]...};
                    total += detail::sum_run<V>(run.n, f, here, run.stride, operands);
                } while (term.next());
                out[to.at[0]] = static_cast<T>(total / divisor);
            } while (to.next());
        });
    }

    /// Where neighbouring results have neighbouring terms.
    template <class F, class T, Size... K>
    static void sum_by_columns(const SplitLoops<1 + sizeof...(K)>& split,
                               const detail::InnerLoop<1 + sizeof...(K)>& columns, double divisor, const F& f,
                               T* out, const T* const (&in)[sizeof...(K)],
                               std::index_sequence<K...> operands) {
        using Position = detail::Position<1 + sizeof...(K)>;
        constexpr Size most = detail::columns_of_sums;
        vectorized<T>([&](auto width) {
            using V = Pack<T, decltype(width)::value>;
            Position to(split.kept, columns.outer), term(split.summed, split.summed.rank);
            do {
                for (Size first = 0; first < columns.n; first += most) {
                    const Size n = columns.n - first < most ? columns.n - first : most;
                    double totals[most] = {};
                    bool is_left = true;
                    while (is_left) {
                        T sums[most] = {};
                        for (Size k = 0; k < detail::packs_in_a_sum && is_left; ++k) {
                            const T* const here[] = {in[K] + to.at[1 + K] + term.at[1 + K] +
                                                     first * columns.stride[1 + K]...};
                            detail::add_run<V>(n, f, sums, here, columns.stride, operands);
                            is_left = term.next();
                        }
                        for (Size i = 0; i < n; ++i) totals[i] += static_cast<double>(sums[i]);
                    }
                    T* const results = out + to.at[0] + first * columns.stride[0];
                    for (Size i = 0; i < n; ++i)
                        results[i * columns.stride[0]] = static_cast<T>(totals[i] / divisor);
                }
            } while (to.next());
        });
    }
};

template <class F, class T, class... In>
void LoopOperations::map_in_loops(const Loops<1 + sizeof...(In)>& all, const F& f, T* out, const In*... in) {
    constexpr Size count = sizeof...(In);
    const auto loops = detail::in_tiles(detail::with_long_runs(all));
    if (loops.elements() == 0) return;
    using Position = detail::Position<1 + sizeof...(In)>;
    const detail::InnerLoop<1 + count> run(loops);
    vectorized<T>([&](auto width) {
        using V = Pack<T, decltype(width)::value>;
        Position to(loops, run.outer);
        const T* from[] = {in...};
        do {
            const T* here[count];
            for (Size k = 0; k < count; ++k) here[k] = from[k] + to.at[1 + k];
            detail::map_run<V>(run.n, f, out + to.at[0], here, run.stride, std::make_index_sequence<count>{});
        } while (to.next());
    });
}

template <class F, class T, class... In>
void LoopOperations::sum_in_loops(const Loops<1 + sizeof...(In)>& all, double divisor, const F& f, T* out,
                                  const In*... in) {
    constexpr Size count = sizeof...(In);
    const SplitLoops<1 + count> split(all);
    const detail::InnerLoop<1 + count> columns(split.kept);
    if (split.kept.elements() == 0) return;
    const T* from[] = {in...};
    if (split.ends_in_sum || columns.n < detail::short_run || split.summed.elements() == 0)
        sum_by_runs(split, divisor, f, out, from, std::make_index_sequence<count>{});
    else
        sum_by_columns(split, columns, divisor, f, out, from, std::make_index_sequence<count>{});
}

}  // namespace strata::cpu
