#pragma once
// Channels of a batch, worked on while they lie in the cache: sums over each, and a line through its
// elements. A channel with enough elements side by side is taken alone, run by run. Otherwise some channels
// are taken together, and each column of theirs has its own sums: the lanes of a pack are columns then.

#include <strata/backends/cpu/normalization/moments.hpp>

namespace strata::cpu::normalization {

/// One channel.
template <class V>
struct ChannelRuns {
    using T = typename V::value_type;
    ChannelExtent e;
    Stretch<V> run;
    Size channel;
    Line<T> line{};

    /// The line is `rule(channel)`.
    template <class Rule>
    STRATA_INLINE void set(const Rule& rule) {
        line = rule(channel);
    }
    /// The line is `rule(channel, spread of x)`.
    template <class Rule>
    STRATA_INLINE void spread(const T* x, const Rule& rule) {
        const Size sample = e.channels * e.inner;
        Spread spread;
        for_blocks(e.batch, e.inner, [&](Size first, Size runs, Size begin, Size end) {
            const double n = static_cast<double>(runs * (end - begin));
            const BlockDistances<V> block(x + channel * e.inner + first * sample, runs, sample, run, begin,
                                          end, static_cast<T>(1 / n));
            spread.add_sums(n, block.center, block.sum, block.squares);
        });
        line = rule(channel, spread);
    }
    /// The line is `rule(channel, sum of dy, sum of dy (v - mean))`.
    template <class Rule>
    STRATA_INLINE void sums(const T* dy, const T* v, const T* mean, const Rule& rule) {
        const Size sample = e.channels * e.inner;
        const V center(mean == nullptr ? T(0) : mean[channel]);
        double sum = 0, products = 0;
        for_blocks(e.batch, e.inner, [&](Size first, Size runs, Size begin, Size end) {
            Sums<V> sums;
            for (Size i = 0; i < runs; ++i) {
                const Size at = channel * e.inner + (first + i) * sample;
                sums.add(run, begin, end, GradientTerm<V, T>{dy + at, v + at, center});
            }
            sum += static_cast<double>(sums.first());
            products += static_cast<double>(sums.second());
        });
        line = rule(channel, sum, products);
    }
    /// out = line(in...)
    template <class... In>
    STRATA_INLINE void map(T* out, const In*... in) const {
        const Size sample = e.channels * e.inner, end = e.batch * sample;
        for (Size at = channel * e.inner; at < end; at += sample) map_run(run, line, out + at, (in + at)...);
    }
};

struct Add {
    template <class V>
    STRATA_INLINE V operator()(const V& sum, const V& x) const {
        return sum + x;
    }
};
struct AddDistance {
    template <class V>
    STRATA_INLINE V operator()(const V& sum, const V& x, const V& center) const {
        return sum + (x - center);
    }
};
struct AddSquare {
    template <class V>
    STRATA_INLINE V operator()(const V& sum, const V& x, const V& center) const {
        return multiply_add(x - center, x - center, sum);
    }
};
struct AddProduct {
    template <class V>
    STRATA_INLINE V operator()(const V& sum, const V& g, const V& v, const V& center) const {
        return multiply_add(g, v - center, sum);
    }
};
struct ColumnLine {
    template <class V>
    STRATA_INLINE V operator()(const V& v, const V& center, const V& tilt, const V& shift) const {
        return multiply_add(v - center, tilt, shift);
    }
    template <class V>
    STRATA_INLINE V operator()(const V& v, const V& g, const V& center, const V& tilt, const V& shift,
                               const V& slope) const {
        return multiply_add(g, slope, (*this)(v, center, tilt, shift));
    }
};

/// Channels side by side, with one number for each of their columns.
template <class V>
struct ChannelTile {
    using T = typename V::value_type;
    static constexpr Size most = 64;   ///< columns
    static constexpr Size block = 64;  ///< samples that are summed in T
    struct Numbers {
        T column[most] = {};
    };

    ChannelExtent e;
    Stretch<V> run;  ///< the columns of a sample
    Size first, channels;
    Size sample = e.channels * e.inner, columns = run.size;
    Numbers center{}, tilt{}, shift{}, slope{};

    template <class Rule>
    STRATA_INLINE void set(const Rule& rule) {
        for (Size c = 0; c < channels; ++c) set_line(c, rule(first + c));
    }
    template <class Rule>
    STRATA_INLINE void spread(const T* x, const Rule& rule) {
        Spread spreads[most];
        for (Size begin = 0; begin < e.batch; begin += block) {
            const Size end = e.batch - begin < block ? e.batch : begin + block;
            const double n = static_cast<double>(end - begin);
            Numbers plain, sums, squares;
            for_samples(begin, end, [&](Size at) { add(Add{}, plain, x + at); });
            for (Size i = 0; i < columns; ++i) center.column[i] = static_cast<T>(plain.column[i] / n);
            for_samples(begin, end, [&](Size at) {
                add(AddDistance{}, sums, x + at, center.column);
                add(AddSquare{}, squares, x + at, center.column);
            });
            for (Size i = 0; i < columns; ++i)
                spreads[i / e.inner].add_sums(n, center.column[i], sums.column[i], squares.column[i]);
        }
        for (Size c = 0; c < channels; ++c) set_line(c, rule(first + c, spreads[c]));
    }
    template <class Rule>
    STRATA_INLINE void sums(const T* dy, const T* v, const T* mean, const Rule& rule) {
        double sums[most] = {}, products[most] = {};
        for (Size c = 0; c < channels && mean != nullptr; ++c) fill(center, c, mean[first + c]);
        for (Size begin = 0; begin < e.batch; begin += block) {
            const Size end = e.batch - begin < block ? e.batch : begin + block;
            Numbers plain, product;
            for_samples(begin, end, [&](Size at) {
                add(Add{}, plain, dy + at);
                add(AddProduct{}, product, dy + at, v + at, center.column);
            });
            for (Size i = 0; i < columns; ++i) {
                sums[i / e.inner] += static_cast<double>(plain.column[i]);
                products[i / e.inner] += static_cast<double>(product.column[i]);
            }
        }
        for (Size c = 0; c < channels; ++c) set_line(c, rule(first + c, sums[c], products[c]));
    }
    STRATA_INLINE void map(T* out, const T* v) const {
        for_samples(0, e.batch, [&](Size at) {
            map_run(run, ColumnLine{}, out + at, v + at, center.column, tilt.column, shift.column);
        });
    }
    STRATA_INLINE void map(T* out, const T* v, const T* g) const {
        for_samples(0, e.batch, [&](Size at) {
            map_run(run, ColumnLine{}, out + at, v + at, g + at, center.column, tilt.column, shift.column,
                    slope.column);
        });
    }

private:
    template <class Body>
    STRATA_INLINE void for_samples(Size begin, Size end, const Body& body) const {
        for (Size s = begin; s < end; ++s) body(s * sample + first * e.inner);
    }
    /// sums = f(sums, in...)
    template <class F, class... In>
    STRATA_INLINE void add(const F& f, Numbers& sums, const In*... in) const {
        map_run(run, f, sums.column, static_cast<const T*>(sums.column), in...);
    }
    STRATA_INLINE void fill(Numbers& numbers, Size c, T value) {
        for (Size i = 0; i < e.inner; ++i) numbers.column[c * e.inner + i] = value;
    }
    STRATA_INLINE void set_line(Size c, const Line<T>& line) {
        fill(center, c, line.center);
        fill(tilt, c, line.tilt);
        fill(shift, c, line.shift);
        fill(slope, c, line.slope);
    }
};

/// `body` on every channel, alone or together with its neighbours.
template <class V, class Body>
STRATA_INLINE inline void for_channels(ChannelExtent e, const Body& body) {
    if (e.inner >= V::width) {
        const Stretch<V> run(e.inner);
        for (Size c = 0; c < e.channels; ++c) {
            ChannelRuns<V> channel{e, run, c};
            body(channel);
        }
    } else {
        const Size together = ChannelTile<V>::most / e.inner;
        for (Size c = 0; c < e.channels; c += together) {
            const Size channels = e.channels - c < together ? e.channels - c : together;
            ChannelTile<V> tile{e, Stretch<V>(channels * e.inner), c, channels};
            body(tile);
        }
    }
}

}  // namespace strata::cpu::normalization
