#pragma once
// Elementwise work, and sums over elements.

#include <strata/backends/cuda/sums.hpp>
#include <strata/core/operations/loss_report.hpp>
#include <strata/core/tensor.hpp>
#include <type_traits>
#include <utility>

namespace strata::cuda {

namespace detail {

/// An element of one operand: loaded when made, stored when it goes unless the operand is const. (A functor
/// thus sees the old value of an operand that another one overwrites, as on the CPU.)
template <class P>
struct Element {
    using Value = std::remove_const_t<P>;

    STRATA_DEVICE explicit Element(P* pointer) : value(*pointer), at(pointer) {}
    STRATA_DEVICE ~Element() {
        if constexpr (!std::is_const_v<P>) *at = value;
    }
    STRATA_DEVICE std::conditional_t<std::is_const_v<P>, const Value, Value>& get() { return value; }

    Value value;
    P* at;
};

/// The k-th operand of a functor.
template <Size k, class P>
struct KthOperand {
    P* data;
};

/// f(a[i], b[i], ...)
template <class F, class Indices, class... P>
struct ElementwiseIn;
template <class F, Size... k, class... P>
struct ElementwiseIn<F, std::index_sequence<k...>, P...> : KthOperand<k, P>... {
    F f;

    STRATA_DEVICE auto operator()(Size i) const { return with(i); }

    /// f(before..., a[i], b[i], ...)
    template <class... Before>
    STRATA_DEVICE auto with(Size i, const Before&... before) const {
        return f(before..., Element<P>(KthOperand<k, P>::data + i).get()...);
    }
};
template <class F, class... P>
using Elementwise = ElementwiseIn<F, std::index_sequence_for<P...>, P...>;

template <class P, class... Rest>
struct First {
    using type = std::remove_const_t<P>;
};

/// result = f(operands...)
template <class F>
struct Assign {
    F f;
    template <class T, class... Ts>
    STRATA_DEVICE void operator()(T& result, const Ts&... operand) const {
        result = f(operand...);
    }
};

template <class T>
struct Fill {
    T* data;
    T value;
    STRATA_DEVICE void operator()(Size i) const { data[i] = value; }
};

struct StoreValue {
    LossReport* report;
    double divisor;
    STRATA_DEVICE void operator()(double sum) const { report->value = {sum, divisor}; }
};

/// Work for one thread, which is told in how many elements `f` is not 0.
template <class F, class T>
struct RefuseFirst {
    LossReport* report;
    Size reason;
    F f;
    const T* x;

    STRATA_DEVICE void operator()(double sum) const {
        if (sum == 0 || report->refused != 0) return;  // an earlier refusal is still to be looked at
        Size i = 0;
        while (f(x[i]) == 0) ++i;
        report->refused = reason;
        report->refused_value = static_cast<double>(x[i]);
    }
};

/// f(a[i], b[i], ...) for all i < n
template <class F, class... P>
void for_each(const Queue& queue, Size n, const F& f, P*... operand) {
    queue.for_each_index(n, Elementwise<F, P...>{{operand}..., f});
}

}  // namespace detail

class MapOperations : public virtual Queue {
public:
    /// Calls `f(a, b, ...)` on the i-th elements of each operand, for all i < n. Operands given as T* are
    /// read and written, those given as const T* only read. The operands are the same memory or do not
    /// overlap.
    template <class F, class... P>
    void for_each(Size n, const F& f, P*... operand) const {
        detail::for_each(*this, n, f, operand...);
    }

    /// The same for an `f` that returns a number per element: the report's value is their sum, accumulated in
    /// double, divided by `divisor` (0 / 0, the mean of nothing, is NaN, as in PyTorch). It keeps both, so that
    /// batches add up.
    template <class F, class... P>
    void sum(LossReport* report, double divisor, Size n, const F& f, P*... operand) const {
        detail::total(*this, n, detail::Elementwise<F, P...>{{operand}..., f},
                      detail::StoreValue{report, divisor});
    }

    /// The report refuses the batch for this reason if `f(x)` is not 0 for one of n elements, and holds the
    /// first, unless an earlier refusal still stands there.
    template <class F, class T>
    void refuse_where(LossReport* report, Size reason, Size n, const F& f, const T* x) const {
        detail::total(*this, n, detail::Elementwise<F, const T>{{x}, f},
                      detail::RefuseFirst<F, T>{report, reason, f, x});
    }

    /// out[i] = f(in[i]...)
    template <class F, class Out, class... In>
    void map(const F& f, Out out, In... in) const {
        using T = typename Out::value_type;
        for_each(out.size(), detail::Assign<F>{f}, out.data, static_cast<const T*>(in.data)...);
    }

    template <class T>
    void fill(T* data, Size n, T value) const {
        for_each_index(n, detail::Fill<T>{data, value});
    }
    /// Both in device memory, the same or without overlap.
    template <class T>
    void copy(const T* from, T* to, Size n) const {
        if (n > 0 && from != to) context().copy_later(from, to, n * sizeof(T));
    }
};

}  // namespace strata::cuda
