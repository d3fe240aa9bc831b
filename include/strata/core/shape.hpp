#pragma once
// Shapes: as a value (`Dims`, what constexpr functions compute with) and as a type (`Shape<1, 28, 28>`,
// what users write and what compilers print). The batch is never part of either; it is a run-time value.

#include <strata/core/config.hpp>
#include <utility>

namespace strata {

inline constexpr Size max_rank = 6;

// Counts that are too large stay the largest there is, and do not begin at zero again; networks refuse them.
inline constexpr Size uncountable = static_cast<Size>(-1);
constexpr Size plus(Size a, Size b) { return a > uncountable - b ? uncountable : a + b; }
constexpr Size times(Size a, Size b) { return b != 0 && a > uncountable / b ? uncountable : a * b; }
template <class... More>
constexpr Size times(Size a, Size b, More... more) {
    return times(times(a, b), static_cast<Size>(more)...);
}

/// The most elements of a parameter, of all parameters, and of what a network keeps for one sample: 2^40.
inline constexpr Size max_elements = Size(1) << 40;

/// The extents of one sample or of one parameter, outermost first (row-major). Rank 0 is a scalar.
struct Dims {
    Size rank = 0;
    Size extent[max_rank] = {};

    constexpr Size elements() const {
        Size product = 1;
        for (Size i = 0; i < rank; ++i) product = times(product, extent[i]);
        return product;
    }
    constexpr Size last() const { return rank == 0 ? 1 : extent[rank - 1]; }

    /// The same shape with another innermost extent.
    constexpr Dims with_last(Size size) const {
        Dims result = *this;
        if (result.rank == 0) result.rank = 1;
        result.extent[result.rank - 1] = size;
        return result;
    }
    friend constexpr bool operator==(const Dims&, const Dims&) = default;
};

/// `dims(1, 28, 28)`: one channel of 28 rows and 28 columns.
template <class... Sizes>
constexpr Dims dims(Sizes... sizes) {
    static_assert(sizeof...(Sizes) <= max_rank, "strata: a shape has at most six extents");
    return Dims{sizeof...(Sizes), {static_cast<Size>(sizes)...}};
}

/// A shape as a type.
template <Size... Extents>
struct Shape {
    static constexpr Dims dims = strata::dims(Extents...);
};

namespace detail {
// nvcc 13 writes `Shape<99>` in the way in which it has met that type first. Were that `Shape<D.extent[0]>`,
// it would write so where D means nothing; hence a function that takes the numbers from an index_sequence.
template <Dims D, Size I>
inline constexpr Size extent_at = D.extent[I];
template <Size... Extents>
Shape<Extents...> shape_of(std::index_sequence<Extents...>);
template <Dims D>
struct ShapeOf {
    template <Size... I>
    static auto make(std::index_sequence<I...>)
        -> decltype(shape_of(std::index_sequence<extent_at<D, I>...>{}));
    using type = decltype(make(std::make_index_sequence<D.rank>{}));
};
}  // namespace detail

/// The type that belongs to a value: `shape_t<dims(2, 3)>` is `Shape<2, 3>`.
template <Dims D>
using shape_t = typename detail::ShapeOf<D>::type;

}  // namespace strata
