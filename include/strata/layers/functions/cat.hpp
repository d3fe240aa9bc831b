#pragma once
// Values one behind the other along a dim, in the forward of a module: `strata::cat({a, b, c}, 1)`. (The
// namespace has to be named: a list in braces does not tell the compiler where to look.)
//
// Shapes: (A, C), (B, C) -> (A + B, C) along dim 1; the other extents are equal. All are batches, or all
// single tensors.
// Options: dim = 1, the first extent of a sample: for images the channels. 0 is the batch, which is refused.
// Gradient: each operand gets its part of dy.
// Source: torch.cat, whose dim is 0 by default.

#include <initializer_list>
#include <strata/layers/functions/slice.hpp>

namespace strata {

inline void all_extents_but_that_of_the_dim_must_be_equal_to_those_of() {}

struct Cat {
    int dim = -1;

    static constexpr bool is_function = true;
    static constexpr LayerTraits traits = {.moves = true, .kind = OutputKind::inherited};
    static constexpr JoinOutcome join(const Operand* given, Size count, const detail::Numbers& numbers = {}) {
        const int dim = detail::whole(numbers.of[0]);
        if (!detail::is_dim(dim)) return detail::refuse_dim(given[0], dim);
        Operand result = given[0];
        const Size axis = detail::axis_of(result.dims, dim);
        for (Size k = 1; k < count; ++k) {
            Operand like_first = given[k];
            if (like_first.dims.rank == result.dims.rank)
                like_first.dims.extent[axis] = given[0].dims.extent[axis];
            if (like_first != given[0])
                return {{}, &all_extents_but_that_of_the_dim_must_be_equal_to_those_of, given[0].dims, k};
            result.dims.extent[axis] += given[k].dims.extent[axis];
        }
        return {result, nullptr, {}};
    }

    void forward(auto& device, auto y, auto... x) const {
        const Size axis = detail::axis_of(decltype(y)::dims, dim);
        Size begin = 0;
        const auto write = [&](auto part, Size extent) {
            detail::PartOf::write(device, part, y, axis, begin, extent);
            begin += extent;
        };
        (write(x, decltype(x)::dims.extent[axis]), ...);
    }
    template <Size K>
    void backward_operand(auto& device, auto, auto dy, auto dx, auto... x) const {
        const Size axis = detail::axis_of(decltype(dy)::dims, dim),
                   extents[] = {decltype(x)::dims.extent[axis]...};
        Size begin = 0;
        for (Size k = 0; k != K; ++k) begin += extents[k];
        detail::PartOf::read(device, dx, dy, axis, begin, extents[K]);
    }
};

namespace detail {

/// More than a node takes are put together in several.
constexpr Value cat(const Value* values, Size count, int dim) {
    Value all = values[0];
    for (Size next = 1; next < count;) {
        Value some[max_operands] = {all};
        Size used = 1;
        while (used < max_operands && next < count) some[used++] = values[next++];
        all = apply_to<Cat>({1, {double(from_end(all, dim))}}, some, used);
    }
    return all;
}

}  // namespace detail

constexpr Value cat(std::initializer_list<Value> values, int dim = 1) {
    return detail::cat(values.begin(), values.size(), dim);
}
/// What chunk and split have taken apart.
template <Size N>
constexpr Value cat(const Outputs<N>& values, int dim = 1) {
    return detail::cat(values.values, N, dim);
}

}  // namespace strata
