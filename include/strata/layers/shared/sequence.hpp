#pragma once
// The common part of layers for sequences: they take samples (T, In), T vectors one after the other.

#include <strata/core/network/diagnostics.hpp>
#include <strata/layers/shared/arguments.hpp>
#include <strata/layers/shared/bias.hpp>

namespace strata {

template <Size... Extents>
struct Reshape;

inline void it_takes_a_sequence_of_vectors_in_a_sample_of_two_extents_such_as() {}

namespace detail {

/// (T, In); In is given, or 0: whatever arrives.
constexpr bool is_sequence(Dims given, Size in) { return given.rank == 2 && (in == 0 || given.last() == in); }
/// Why it is none.
constexpr ShapeOutcome refuse_sequence(Dims given, Size in) {
    if (given.rank != 2)
        return refuse(&it_takes_a_sequence_of_vectors_in_a_sample_of_two_extents_such_as,
                      dims(given.rank > 1 ? given.extent[0] : 1, in > 0 ? in : given.last()));
    return refuse(&it_takes_a_last_extent_of, dims(in));
}

/// `Layer` with another first size.
template <template <auto...> class Layer, int in, auto first, auto... rest>
Layer<in, rest...> with_input();

/// What would have fitted a layer that states its input's last extent: another one, or a sequence of vectors
/// of it.
template <template <auto...> class Layer, class Given, Size in, auto... Arguments>
auto sequence_remedy() {
    constexpr Dims given = Given::dims;
    if constexpr (in == 0)
        return change_it_or_a_layer_before_it{};
    else if constexpr (given.rank == 2)
        return write_instead<decltype(with_input<Layer, int(given.last()), Arguments...>())>{};
    else if constexpr (given.elements() % in == 0)
        return put_before_it<Reshape<given.elements() / in, in>>{};
    else
        return change_it_or_a_layer_before_it{};
}

}  // namespace detail
}  // namespace strata
