#pragma once
// Elementwise work: one pass over memory, whatever the number of operands.

#include <strata/backends/cpu/simd/math.hpp>
#include <strata/core/operations/loss_report.hpp>
#include <strata/core/tensor.hpp>

namespace strata::cpu {

namespace detail {

/// A group of lanes of one operand: loaded when made, stored when it goes unless the operand is const.
template <class V, class P>
struct Operand {
    using Value = std::conditional_t<std::is_const_v<P>, const V, V>;

    STRATA_INLINE explicit Operand(P* pointer) : value(V::load(pointer)), at(pointer) {}
    STRATA_INLINE Operand(P* pointer, Size lanes)
        : value(V::load(pointer, lanes)), at(pointer), count(lanes) {}
    STRATA_INLINE ~Operand() {
        if constexpr (!std::is_const_v<P>) {
            if (count == V::width)
                value.store(at);
            else
                value.store(at, count);
        }
    }
    STRATA_INLINE Value& get() { return value; }

    Value value;
    P* at;
    Size count = V::width;
};

/// result = f(operands...). A type of its own, so that layers of all shapes share one loop.
template <class F>
struct Assign {
    F f;
    template <class V, class... Vs>
    STRATA_INLINE void operator()(V& result, const Vs&... operand) const {
        result = f(operand...);
    }
};

template <class P, class... Rest>
struct First {
    using type = std::remove_const_t<P>;
};

}  // namespace detail

namespace detail {

/// The loop of `for_each`. Everything comes by value, because a captured variable would be read anew after
/// each store.
template <class V, class F, class... P>
STRATA_INLINE inline void for_each_pack(Size n, F f, P*... operand) {
    Size i = 0;
    for (; i + V::width <= n; i += V::width) f(Operand<V, P>(operand + i).get()...);
    if (i < n) f(Operand<V, P>(operand + i, n - i).get()...);
}

}  // namespace detail

struct MapOperations {
    /// Calls `f(a, b, ...)` on the i-th elements of each operand, for all i < n, in packs. Operands given as
    /// T* are read and written, those given as const T* only read. The operands are the same memory or do not
    /// overlap.
    template <class F, class... P>
    static void for_each(Size n, const F& f, P*... operand);

    /// The same for an `f` that returns a number per element: the report's value is their sum, accumulated in
    /// double, divided by `divisor` (0 / 0, the mean of nothing, is NaN, as in PyTorch). It keeps both, so that
    /// batches add up.
    template <class F, class... P>
    static void sum(LossReport* report, double divisor, Size n, const F& f, P*... operand) {
        using T = typename detail::First<P...>::type;
        constexpr Size block = 32;  // packs summed in T before they are added in double
        double total = 0;
        vectorized<T>([&](auto width) {
            using V = Pack<T, decltype(width)::value>;
            Size i = 0;
            while (i + V::width <= n) {
                V partial(0);
                for (Size k = 0; k < block && i + V::width <= n; ++k, i += V::width)
                    partial += f(detail::Operand<V, P>(operand + i).get()...);
                total += static_cast<double>(partial.total());
            }
            if (i < n) {
                const V rest = f(detail::Operand<V, P>(operand + i, n - i).get()...);
                T lanes[V::width];
                rest.store(lanes);
                for (Size k = 0; k < n - i; ++k) total += static_cast<double>(lanes[k]);
            }
        });
        report->value = {total, divisor};
    }

    /// The report refuses the batch for this reason if `f(x)` is not 0 for one of n elements, and holds the first.
    template <class F, class T>
    static void refuse_where(LossReport* report, Size reason, Size n, const F& f, const T* x) {
        LossReport found;
        sum(&found, 1, n, f, x);
        if (found.value == 0) return;
        Size i = 0;
        while (f(x[i]) == 0) ++i;
        report->refused = reason;
        report->refused_value = static_cast<double>(x[i]);
    }

    /// f(), in order with the other operations.
    template <class F>
    static void once(const F& f) {
        f();
    }

    /// out[i] = f(in[i]...)
    template <class F, class Out, class... In>
    static void map(const F& f, Out out, In... in) {
        using T = typename Out::value_type;
        for_each(out.size(), detail::Assign<F>{f}, out.data, static_cast<const T*>(in.data)...);
    }

    template <class T>
    static void fill(T* data, Size n, T value) {
        for (Size i = 0; i < n; ++i) data[i] = value;
    }
    template <class T>
    static void copy(const T* from, T* to, Size n) {
        if (n > 0 && from != to) __builtin_memmove(to, from, n * sizeof(T));
    }
};

// Outside of the class: a function that is not inline can be an instance of the compiled part (strata/instances.hpp).
template <class F, class... P>
void MapOperations::for_each(Size n, const F& f, P*... operand) {
    using T = typename detail::First<P...>::type;
    vectorized<T>(
        [&](auto width) { detail::for_each_pack<Pack<T, decltype(width)::value>>(n, f, operand...); });
}

}  // namespace strata::cpu
