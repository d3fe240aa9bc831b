#pragma once
// Runs of elements that lie side by side: two sums over each, taken in packs and in blocks, and functions of
// each element.

#include <cmath>
#include <strata/backends/cpu/simd/simd.hpp>
#include <strata/core/operations/normalization.hpp>

namespace strata::cpu::normalization {

/// Elements that are summed in T: 16 KiB of float.
inline constexpr Size block_size = 4096;

/// The end of the block that begins at `begin`.
STRATA_INLINE inline Size block_end(Size begin, Size size) {
    return size - begin < block_size ? size : begin + block_size;
}

template <class Int, Size width>
struct LaneMasks {
    Int lanes[3 * width] = {};
    constexpr LaneMasks() {
        for (Size i = 0; i < width; ++i) lanes[i] = lanes[2 * width + i] = -1;
    }
};
template <class Int, Size width>
inline constexpr LaneMasks<Int, width> lane_masks{};

/// What all runs of one length share. It stands for the elements behind the last whole pack, too: those that
/// it loads, with 0 in the other lanes.
template <class V>
struct Stretch {
    using T = typename V::value_type;
    static constexpr Size width = V::width;
    Size size, whole;  ///< all elements, and those in whole packs
    typename V::Ints mask;

    STRATA_INLINE explicit Stretch(Size n)
        : size(n), whole(n - n % width), mask(V::Ints::load(lane_masks<typename V::Int, width>.lanes +
                                                            (n < width ? width - n : width + n % width))) {}

    STRATA_INLINE V load(const T* run) const {
        return whole == 0 ? V::load(run, size) : keep(V::load(run + (size - width)));
    }
    STRATA_INLINE V keep(const V& value) const { return select(mask, value, V(0)); }
};
/// A whole pack.
template <class V>
struct Whole {
    Size at;
    template <class T>
    STRATA_INLINE V load(const T* run) const {
        return V::load(run + at);
    }
    STRATA_INLINE V keep(const V& value) const { return value; }
};

/// Two sums at once.
template <class V>
struct Sums {
    V a{0}, b{0}, c{0}, d{0};

    STRATA_INLINE auto first() const { return (a + c).total(); }
    STRATA_INLINE auto second() const { return (b + d).total(); }

    /// Adds what `term(lanes, first, second)` adds to its arguments, over a block of a run.
    template <class Term>
    STRATA_INLINE void add(const Stretch<V>& run, Size begin, Size end, const Term& term) {
        constexpr Size width = V::width;
        const Size whole = end < run.whole ? end : run.whole;
        Size i = begin;
        for (; i + 2 * width <= whole; i += 2 * width) {
            term(Whole<V>{i}, a, b);
            term(Whole<V>{i + width}, c, d);
        }
        if (i < whole) term(Whole<V>{i}, a, b);
        if (whole < end) term(run, c, d);
    }
};

/// The distances from `center` and their squares.
template <class V, class T>
struct DistanceTerm {
    const T* x;
    V center;
    template <class Lanes>
    STRATA_INLINE void operator()(const Lanes& lanes, V& sum, V& squares) const {
        const V distance = lanes.keep(lanes.load(x) - center);
        sum += distance;
        squares = multiply_add(distance, distance, squares);
    }
};
/// dy and dy (v - mean)
template <class V, class T>
struct GradientTerm {
    const T *dy, *v;
    V mean;
    template <class Lanes>
    STRATA_INLINE void operator()(const Lanes& lanes, V& sum, V& products) const {
        const V gradient = lanes.load(dy);
        sum += gradient;
        products = multiply_add(gradient, lanes.load(v) - mean, products);
    }
};
/// The same for g = dy weight, a weight per element.
template <class V, class T>
struct WeightedTerm {
    const T *dy, *v, *weight;
    V mean;
    template <class Lanes>
    STRATA_INLINE void operator()(const Lanes& lanes, V& sum, V& products) const {
        const V gradient = lanes.load(dy) * lanes.load(weight);
        sum += gradient;
        products = multiply_add(gradient, lanes.load(v) - mean, products);
    }
};

/// `body(first run, runs, begin, end)` for every block of `runs` runs of `size` elements.
template <class Body>
STRATA_INLINE inline void for_blocks(Size runs, Size size, const Body& body) {
    const Size together = size < block_size ? block_size / size : 1;
    for (Size run = 0; run < runs; run += together)
        for (Size begin = 0; begin < size; begin = block_end(begin, size))
            body(run, runs - run < together ? runs - run : together, begin, block_end(begin, size));
}

/// out = f(in...) over one run. `out` may be one of `in`: the last pack, which reaches back over elements
/// that are done, is worked out first.
template <class V, class T, class F, class... In>
STRATA_INLINE inline void map_run(const Stretch<V>& run, const F f, T* out, const In*... in) {
    constexpr Size width = V::width;
    const Size whole = run.whole, last = run.size - width;
    if (whole == run.size) {
        for (Size i = 0; i < whole; i += width) f(V::load(in + i)...).store(out + i);
    } else if (whole > 0) {
        const V rest = f(V::load(in + last)...);
        for (Size i = 0; i < whole; i += width) f(V::load(in + i)...).store(out + i);
        rest.store(out + last);
    } else {
        f(V::load(in, run.size)...).store(out, run.size);
    }
}

}  // namespace strata::cpu::normalization
