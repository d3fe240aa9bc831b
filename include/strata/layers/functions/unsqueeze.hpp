#pragma once
// An extent of 1 more or less, in the forward of a module: unsqueeze(x, -1), squeeze(x, 1). Costs nothing:
// the memory is the same.
//
// Shapes: (A, B) -> (A, 1, B) with unsqueeze(x, 2), and back with squeeze(x, 2). An extent other than 1
// stays.
// Source: torch.unsqueeze, torch.squeeze.

#include <strata/layers/shared/value_dim.hpp>

namespace strata {

inline void it_puts_an_extent_into_a_sample_whose_rank_is() {}
inline void a_value_has_at_most_as_many_extents_as() {}

/// `dim` is that of the result.
struct Unsqueeze {
    int dim = -1;

    static constexpr bool is_function = true;
    static constexpr LayerTraits traits = {.view = true, .kind = OutputKind::inherited};
    static constexpr ShapeOutcome output_shape(Dims given, const detail::Numbers& numbers = {}) {
        const int dim = detail::whole(numbers.of[0]);
        if (!detail::is_dim(dim))
            return refuse(&it_puts_an_extent_into_a_sample_whose_rank_is, dims(given.rank));
        if (given.rank == max_rank) return refuse(&a_value_has_at_most_as_many_extents_as, dims(max_rank));
        Dims result;
        const Size axis = given.rank + 1 - static_cast<Size>(-dim);
        for (Size i = 0; i <= given.rank; ++i) {
            if (i == axis) result.extent[result.rank++] = 1;
            if (i < given.rank) result.extent[result.rank++] = given.extent[i];
        }
        return accept(result);
    }
};

struct Squeeze {
    int dim = -1;

    static constexpr bool is_function = true;
    static constexpr LayerTraits traits = {.view = true, .kind = OutputKind::inherited};
    static constexpr ShapeOutcome output_shape(Dims given, const detail::Numbers& numbers = {}) {
        const int dim = detail::whole(numbers.of[0]);
        if (!detail::is_dim(dim))
            return refuse(&it_has_no_such_dim_because_its_samples_have_the_rank, dims(given.rank));
        Dims result;
        const Size axis = detail::axis_of(given, dim);
        for (Size i = 0; i < given.rank; ++i)
            if (i != axis || given.extent[i] != 1) result.extent[result.rank++] = given.extent[i];
        return accept(result);
    }
};

constexpr Value unsqueeze(Value x, int dim) {
    // Counted in the result, which has one extent more.
    const int rank = static_cast<int>(x.shape().rank), all = rank + (x.known().batched ? 2 : 1);
    const int distance = dim < 0 ? dim : dim - all;
    return apply_with<Unsqueeze>(
        {1, {double(distance >= -rank - 1 && distance < 0 ? distance : detail::no_dim)}}, x);
}
constexpr Value squeeze(Value x, int dim) {
    return apply_with<Squeeze>({1, {double(detail::from_end(x, dim))}}, x);
}

}  // namespace strata
