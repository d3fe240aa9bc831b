#pragma once
// Softmax and its logarithm along one extent of a tensor seen as (outer, classes, inner), and their
// gradients. inner == 1 (classes side by side in memory) is the case of every classifier and runs in packs.

#include <strata/backends/cpu/simd/math.hpp>
#include <strata/core/operations/class_extent.hpp>

namespace strata::cpu {

namespace detail {

/// `body(i, lanes)` for every group of packs of a row; the last group may be shorter than a pack.
template <int N, class Body>
STRATA_INLINE inline void for_packs(Size count, const Body& body) {
    Size i = 0;
    for (; i + N <= count; i += N) body(i, Size(N));
    if (i < count) body(i, count - i);
}

template <class V, class T>
STRATA_INLINE inline V load_lanes(const T* from, Size lanes, T otherwise) {
    if (lanes == V::width) return V::load(from);
    T padded[V::width];
    for (T& value : padded) value = otherwise;
    for (Size i = 0; i < lanes; ++i) padded[i] = from[i];
    return V::load(padded);
}
template <class V, class T>
STRATA_INLINE inline void store_lanes(const V& value, T* to, Size lanes) {
    if (lanes == V::width)
        value.store(to);
    else
        value.store(to, lanes);
}

template <class V, class T>
STRATA_INLINE inline T row_maximum(const T* x, Size count) {
    V highest(-__builtin_inf());
    for_packs<V::width>(count, [&](Size i, Size lanes) {
        highest = max(highest, load_lanes<V, T>(x + i, lanes, T(-__builtin_inf())));
    });
    T lanes[V::width];
    highest.store(lanes);
    T result = lanes[0];
    for (T lane : lanes) result = result < lane ? lane : result;
    return result;
}

/// sum of exp(x - shift); with `exps`, those terms are stored too.
template <class V, class T>
STRATA_INLINE inline T sum_of_exps(const T* x, T shift, Size count, T* exps = nullptr) {
    V terms(0);
    for_packs<V::width>(count, [&](Size i, Size lanes) {
        const V e = exp(load_lanes<V, T>(x + i, lanes, T(-__builtin_inf())) - V(shift));
        terms += e;
        if (exps != nullptr) store_lanes(e, exps + i, lanes);
    });
    return terms.total();
}

/// sum of f(i-th elements), over one row; lanes beyond its end count as zeros.
template <class V, class F, class... P>
STRATA_INLINE inline auto row_sum(Size count, const F& f, const P*... operand) {
    V terms(0);
    for_packs<V::width>(
        count, [&](Size i, Size lanes) { terms += f(load_lanes<V, P>(operand + i, lanes, P(0))...); });
    return terms.total();
}

/// One row, read and written with a stride: the path for classes that do not lie side by side.
template <class T, class Body>
STRATA_INLINE inline void for_strided_rows(ClassExtent e, const Body& body) {
    for (Size o = 0; o < e.outer; ++o)
        for (Size i = 0; i < e.inner; ++i) body(o * e.classes * e.inner + i);
}

}  // namespace detail

struct SoftmaxOperations {
    /// y = x - max - log(sum(exp(x - max)))
    template <class T>
    static void log_softmax(ClassExtent e, const T* x, T* y) {
        if (e.inner != 1) {
            return detail::for_strided_rows<T>(e, [&](Size at) {
                T highest = x[at];
                for (Size c = 1; c < e.classes; ++c) highest = math::max(highest, x[at + c * e.inner]);
                T total = 0;
                for (Size c = 0; c < e.classes; ++c) total += std::exp(x[at + c * e.inner] - highest);
                const T shift = highest + std::log(total);
                for (Size c = 0; c < e.classes; ++c) y[at + c * e.inner] = x[at + c * e.inner] - shift;
            });
        }
        vectorized<T>([&](auto width) {
            using V = Pack<T, decltype(width)::value>;
            for (Size row = 0; row < e.outer; ++row) {
                const T* in = x + row * e.classes;
                T* out = y + row * e.classes;
                const T highest = detail::row_maximum<V>(in, e.classes);
                const T log_total = std::log(detail::sum_of_exps<V>(in, highest, e.classes));
                detail::for_packs<V::width>(e.classes, [&](Size i, Size lanes) {
                    const V value = detail::load_lanes<V, T>(in + i, lanes, T(0)) - V(highest) - V(log_total);
                    detail::store_lanes(value, out + i, lanes);
                });
            }
        });
    }

    /// dx = dy - exp(y) sum(dy)
    template <class T>
    static void log_softmax_backward(ClassExtent e, const T* y, const T* dy, T* dx) {
        if (e.inner != 1) {
            return detail::for_strided_rows<T>(e, [&](Size at) {
                T total = 0;
                for (Size c = 0; c < e.classes; ++c) total += dy[at + c * e.inner];
                for (Size c = 0; c < e.classes; ++c)
                    dx[at + c * e.inner] = dy[at + c * e.inner] - std::exp(y[at + c * e.inner]) * total;
            });
        }
        vectorized<T>([&](auto width) {
            using V = Pack<T, decltype(width)::value>;
            for (Size row = 0; row < e.outer; ++row) {
                const Size at = row * e.classes;
                const V total(detail::row_sum<V>(
                    e.classes, [](const V& g) { return g; }, dy + at));
                detail::for_packs<V::width>(e.classes, [&](Size i, Size lanes) {
                    const V value = detail::load_lanes<V, T>(y + at + i, lanes, T(0));
                    const V gradient = detail::load_lanes<V, T>(dy + at + i, lanes, T(0));
                    detail::store_lanes(gradient - exp(value) * total, dx + at + i, lanes);
                });
            }
        });
    }

    /// y = exp(x - max) / sum(exp(x - max))
    template <class T>
    static void softmax(ClassExtent e, const T* x, T* y) {
        if (e.inner != 1) {
            return detail::for_strided_rows<T>(e, [&](Size at) {
                T highest = x[at];
                for (Size c = 1; c < e.classes; ++c) highest = math::max(highest, x[at + c * e.inner]);
                T total = 0;
                for (Size c = 0; c < e.classes; ++c)
                    total += y[at + c * e.inner] = std::exp(x[at + c * e.inner] - highest);
                for (Size c = 0; c < e.classes; ++c) y[at + c * e.inner] /= total;
            });
        }
        vectorized<T>([&](auto width) {
            using V = Pack<T, decltype(width)::value>;
            for (Size row = 0; row < e.outer; ++row) {
                const T* in = x + row * e.classes;
                T* out = y + row * e.classes;
                const T highest = detail::row_maximum<V>(in, e.classes);
                const T total = detail::sum_of_exps<V>(in, highest, e.classes, out);
                detail::for_packs<V::width>(e.classes, [&](Size i, Size lanes) {
                    detail::store_lanes(detail::load_lanes<V, T>(out + i, lanes, T(0)) / V(total), out + i,
                                        lanes);
                });
            }
        });
    }

    /// dx = y (dy - sum(y dy))
    template <class T>
    static void softmax_backward(ClassExtent e, const T* y, const T* dy, T* dx) {
        if (e.inner != 1) {
            return detail::for_strided_rows<T>(e, [&](Size at) {
                T total = 0;
                for (Size c = 0; c < e.classes; ++c) total += y[at + c * e.inner] * dy[at + c * e.inner];
                for (Size c = 0; c < e.classes; ++c)
                    dx[at + c * e.inner] = y[at + c * e.inner] * (dy[at + c * e.inner] - total);
            });
        }
        vectorized<T>([&](auto width) {
            using V = Pack<T, decltype(width)::value>;
            for (Size row = 0; row < e.outer; ++row) {
                const Size at = row * e.classes;
                const V total(detail::row_sum<V>(
                    e.classes, [](const V& p, const V& g) { return p * g; }, y + at, dy + at));
                detail::for_packs<V::width>(e.classes, [&](Size i, Size lanes) {
                    const V value = detail::load_lanes<V, T>(y + at + i, lanes, T(0));
                    const V gradient = detail::load_lanes<V, T>(dy + at + i, lanes, T(0));
                    detail::store_lanes(value * (gradient - total), dx + at + i, lanes);
                });
            }
        });
    }
};

}  // namespace strata::cpu
