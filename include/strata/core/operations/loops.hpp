#pragma once
// Nested loops over tensors that are read and written in different orders: broadcasting, sums along some
// extents, transposing, parts of a tensor. They are numbers, not types, so that one piece of code serves all
// shapes.

#include <strata/core/shape.hpp>

namespace strata {

/// A batch as its extents.
struct Extents {
    Size batch = 1;
    Dims dims;

    constexpr Size elements() const { return batch * dims.elements(); }
};
template <class View>
constexpr Extents extents_of(const View& view) {
    return {view.batch, View::dims};
}

/// Loops, outermost first, and how far one turn of each takes each of N tensors; 0 where the tensor is
/// broadcast or, being the result of a sum, added to. Loops that together are one are one.
template <Size N>
struct Loops {
    static constexpr Size most = max_rank + 1;
    Size rank = 0;
    Size extent[most] = {};
    Size stride[N][most] = {};

    constexpr Size elements() const {
        Size product = 1;
        for (Size i = 0; i < rank; ++i) product *= extent[i];
        return product;
    }
    /// One more loop inside.
    constexpr void add(Size count, const Size (&steps)[N]) {
        if (count == 1) return;
        bool continues = rank > 0;
        for (Size k = 0; k < N; ++k) continues = continues && stride[k][rank - 1] == count * steps[k];
        if (!continues) extent[rank++] = 1;
        extent[rank - 1] *= count;
        for (Size k = 0; k < N; ++k) stride[k][rank - 1] = steps[k];
    }
};

/// Loops over all of `space`, where each tensor is broadcast to it as PyTorch does: sample extents are
/// aligned at the last one, and an extent that a tensor lacks, or has as 1, is broadcast; so is a batch of
/// one.
template <Size N>
constexpr Loops<N> broadcast_loops(const Extents& space, const Extents (&tensors)[N]) {
    Loops<N> loops;
    Size steps[N] = {};
    for (Size k = 0; k < N; ++k) steps[k] = tensors[k].batch == space.batch ? tensors[k].dims.elements() : 0;
    loops.add(space.batch, steps);
    for (Size i = 0; i < space.dims.rank; ++i) {
        for (Size k = 0; k < N; ++k) {
            const Dims& own = tensors[k].dims;
            const Size missing = space.dims.rank - own.rank;
            const Size extent = i < missing ? 1 : own.extent[i - missing];
            steps[k] = extent == 1 ? 0 : 1;
            for (Size j = i + 1; steps[k] > 0 && j < space.dims.rank; ++j)
                steps[k] *= own.extent[j - missing];
        }
        loops.add(space.dims.extent[i], steps);
    }
    return loops;
}

/// Loops over `count` places of one extent of a whole: strides of the part, as a tensor of its own, and of
/// the whole.
constexpr Loops<2> part_loops(const Extents& whole, Size axis, Size count) {
    Dims part = whole.dims;
    part.extent[axis] = count;
    Size steps[] = {part.elements(), whole.dims.elements()};
    Loops<2> loops;
    loops.add(whole.batch, {steps[0], steps[1]});
    for (Size i = 0; i < part.rank; ++i) {
        steps[0] /= part.extent[i];
        steps[1] /= whole.dims.extent[i];
        loops.add(part.extent[i], {steps[0], steps[1]});
    }
    return loops;
}
/// The same loops with the two tensors in the other order.
constexpr Loops<2> exchanged(Loops<2> loops) {
    for (Size i = 0; i < loops.rank; ++i) {
        const Size first = loops.stride[0][i];
        loops.stride[0][i] = loops.stride[1][i];
        loops.stride[1][i] = first;
    }
    return loops;
}
/// How many elements the extents behind an axis have.
constexpr Size inner_elements(const Dims& dims, Size axis) {
    Size elements = 1;
    for (Size i = axis + 1; i < dims.rank; ++i) elements *= dims.extent[i];
    return elements;
}

namespace detail {
/// What a copy or a plain sum does with each element.
struct Itself {
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& x) const {
        return x;
    }
};
}  // namespace detail

/// The loops along which tensor 0 moves, and those along which it stays: of a sum, the results and their
/// terms.
template <Size N>
struct SplitLoops {
    Loops<N> kept, summed;

    constexpr explicit SplitLoops(const Loops<N>& all) {
        for (Size i = 0; i < all.rank; ++i) {
            Size steps[N] = {};
            for (Size k = 0; k < N; ++k) steps[k] = all.stride[k][i];
            (steps[0] == 0 ? summed : kept).add(all.extent[i], steps);
        }
        ends_in_sum = all.rank > 0 && all.stride[0][all.rank - 1] == 0;
    }
    bool ends_in_sum = false;  ///< the innermost loop of all
};

}  // namespace strata
