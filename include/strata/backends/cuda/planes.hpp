#pragma once
// Work with one number per plane of a batch: a parameter of a channel, a mask of a sample's channel. Plane p
// is the p-th run of `plane` elements, and belongs to factor p % factors.

#include <strata/backends/cuda/runtime/division.hpp>
#include <strata/backends/cuda/sums.hpp>
#include <type_traits>
#include <utility>

namespace strata::cuda {

namespace detail {

/// out[i] = f(in[i]..., factor[i / plane % factors])
template <class F, class T, Size N>
struct MapPlanes {
    F f;
    T* out;
    const T* factor;
    Size factors, plane;
    const T* in[N];

    STRATA_DEVICE void operator()(Size i) const { apply(i, std::make_index_sequence<N>{}); }
    template <Size... K>
    STRATA_DEVICE void apply(Size i, std::index_sequence<K...>) const {
        const Size its_factor = Quotient(Quotient(i, plane).quotient, factors).rest;
        out[i] = f(in[K][i]..., factor[its_factor]);
    }
};

/// f(a, b) of the elements that belong to factor k.
template <class F, class T>
struct PlaneTerm {
    F f;
    const T *a, *b;
    Size factors, plane;
    Size k = 0;

    STRATA_DEVICE double operator()(Size i) const {
        const Quotient place(i, plane);
        const Size at = (place.quotient * factors + k) * plane + place.rest;
        return static_cast<double>(f(a[at], b[at]));
    }
};

template <class T>
struct StoreSum {
    T* out;
    bool accumulate;
    STRATA_DEVICE void operator()(double sum) const {
        *out = static_cast<T>(accumulate ? static_cast<double>(*out) + sum : sum);
    }
};

template <class F, class T>
struct SumPlanes {
    PlaneTerm<F, T> term;
    Size terms;
    T* out;
    bool accumulate;

    template <class Group>
    STRATA_DEVICE void operator()(const Group& group, Size k) const {
        PlaneTerm<F, T> its_term = term;
        its_term.k = k;
        const double sum = group.sum(terms, its_term);
        const StoreSum<T> store{out + k, accumulate};
        if (group.leads()) store(sum);
    }
};

}  // namespace detail

class PlaneOperations : public virtual Queue {
public:
    /// out[i] = f(in[i]..., factor[i / plane % factors])
    template <class F, class Out, class Factor, class... In>
    void map_planes(const F& f, Out out, Factor* factor, Size factors, Size plane, In... in) const {
        using T = typename Out::value_type;
        const detail::MapPlanes<F, T, sizeof...(In)> work{
            f, out.data, factor, factors, plane, {static_cast<const T*>(in.data)...}};
        for_each_index(out.size(), work);
    }

    /// out[k] = the sum of f(a[i], b[i]) over the planes of factor k, or out[k] += ...
    template <class F, class Out, class A, class B>
    void sum_planes(const F& f, Out out, Size plane, A a, B b) const {
        using T = typename Out::value_type;
        constexpr Size factors = Out::size();
        const Size terms = a.size() / factors;
        const detail::PlaneTerm<F, T> term{f, a.data, b.data, factors, plane};
        if constexpr (factors == 1) {
            detail::total(*this, terms, term, detail::StoreSum<T>{out.data, out.accumulate});
        } else {
            const detail::SumPlanes<F, T> work{term, terms, out.data, out.accumulate};
            for_each_block(factors, work);
        }
    }
};

}  // namespace strata::cuda
