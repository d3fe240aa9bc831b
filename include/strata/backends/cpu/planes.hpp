#pragma once
// Work with one number per plane of a batch: a parameter of a channel, a mask of a sample's channel. Plane p
// is the p-th run of `plane` elements, and belongs to factor p % factors.

#include <strata/backends/cpu/map.hpp>

namespace strata::cpu {

namespace detail {

template <class V, class F, class T, class... In>
STRATA_INLINE inline void map_plane(F f, T* out, T factor, Size size, const In*... in) {
    const V factors(factor);
    Size i = 0;
    for (; i + V::width <= size; i += V::width) f(V::load(in + i)..., factors).store(out + i);
    if (i < size) f(V::load(in + i, size - i)..., factors).store(out + i, size - i);
}

/// Planes of one element: a row of factors meets a row of elements.
template <class V, class F, class T, class... In>
STRATA_INLINE inline void map_row(F f, T* out, const T* factor, Size size, const In*... in) {
    Size i = 0;
    for (; i + V::width <= size; i += V::width) f(V::load(in + i)..., V::load(factor + i)).store(out + i);
    if (i < size) f(V::load(in + i, size - i)..., V::load(factor + i, size - i)).store(out + i, size - i);
}

/// Both for all planes.
template <class V, class F, class T, class... In>
STRATA_INLINE inline void map_all_planes(F f, T* out, Size size, const T* factor, Size factors, Size plane,
                                         const In*... in) {
    if (plane == 1) {
        for (Size i = 0; i < size; i += factors) map_row<V>(f, out + i, factor, factors, (in + i)...);
        return;
    }
    Size its_factor = 0;
    for (Size i = 0; i < size; i += plane) {
        map_plane<V>(f, out + i, factor[its_factor], plane, (in + i)...);
        if (++its_factor == factors) its_factor = 0;
    }
}

/// The sum of f(a[i], b[i]), some in T, all in double.
template <class V, class F, class T>
STRATA_INLINE inline double sum_plane(F f, const T* a, const T* b, Size size) {
    constexpr Size block = 32 * V::width;
    double total = 0;
    Size i = 0;
    while (i + V::width <= size) {
        const Size end = size - i < block ? size : i + block;
        V partial(0);
        for (; i + V::width <= end; i += V::width) partial += f(V::load(a + i), V::load(b + i));
        total += static_cast<double>(partial.total());
    }
    for (; i < size; ++i) total += static_cast<double>(f(a[i], b[i]));
    return total;
}

/// Planes of one element: column sums, in T.
template <class V, class F, class T>
STRATA_INLINE inline void sum_single_planes(F f, const T* a, const T* b, Size rows, Size columns, T* out,
                                            bool accumulate) {
    for (Size j = 0; j < columns; j += V::width) {
        const Size lanes = columns - j < V::width ? columns - j : V::width;
        V sum(0);
        if (accumulate) sum = V::load(out + j, lanes);
        for (Size at = j; at < rows * columns; at += columns)
            if (lanes == V::width)
                sum += f(V::load(a + at), V::load(b + at));
            else
                sum += f(V::load(a + at, lanes), V::load(b + at, lanes));
        sum.store(out + j, lanes);
    }
}

}  // namespace detail

struct PlaneOperations {
    /// out[i] = f(in[i]..., factor[i / plane % factors])
    template <class F, class Out, class Factor, class... In>
    static void map_planes(const F& f, Out out, Factor* factor, Size factors, Size plane, In... in) {
        using T = typename Out::value_type;
        vectorized<T>([&](auto width) {
            detail::map_all_planes<Pack<T, decltype(width)::value>>(f, out.data, out.size(),
                                                                    static_cast<const T*>(factor), factors,
                                                                    plane, static_cast<const T*>(in.data)...);
        });
    }

    /// out[k] = the sum of f(a[i], b[i]) over the planes of factor k, or out[k] += ...
    template <class F, class Out, class A, class B>
    static void sum_planes(const F& f, Out out, Size plane, A a, B b) {
        using T = typename Out::value_type;
        constexpr Size factors = Out::size();
        const T *const first = a.data, *const second = b.data;
        const Size size = a.size();
        vectorized<T>([=](auto width) {
            using V = Pack<T, decltype(width)::value>;
            if (plane == 1)
                return detail::sum_single_planes<V>(f, first, second, size / factors, factors, out.data,
                                                    out.accumulate);
            for (Size k = 0; k < factors; ++k) {
                double sum = out.accumulate ? static_cast<double>(out.data[k]) : 0;
                for (Size i = k * plane; i < size; i += factors * plane)
                    sum += detail::sum_plane<V>(f, first + i, second + i, plane);
                out.data[k] = static_cast<T>(sum);
            }
        });
    }
};

}  // namespace strata::cpu
