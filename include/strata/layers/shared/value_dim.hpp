#pragma once
// The count of dims in functions of values: as PyTorch, 0 is the batch, 1 the first extent of a sample, -1 the
// last. Of a single tensor, which has no batch, 0 is the first extent.
//
// Layers get a dim as its distance from the end, which is the same for both: -1 the last, and 0 the batch.

#include <strata/core/network/trace.hpp>

namespace strata {

inline void dim_0_is_the_batch_and_it_takes_a_dim_of_the_sample() {}
inline void it_has_no_such_dim_because_its_samples_have_the_rank() {}

namespace detail {

inline constexpr int no_dim = 127;

/// The distance from the end, or `no_dim`.
constexpr int from_end(Size rank_of_sample, bool batched, int dim) {
    const int rank = static_cast<int>(rank_of_sample), all = batched ? rank + 1 : rank;
    if (dim < -all || dim >= all) return no_dim;
    const int distance = dim < 0 ? dim : dim - all;
    return distance < -rank ? 0 : distance;
}
constexpr int from_end(Value x, int dim) {
    const GraphValue& value = x.known();
    if (!value.known) return dim;  // it is asked again when it is known
    return from_end(value.dims.rank, value.batched, dim);
}
/// What is wrong with it, for a layer that does not take the batch.
constexpr JoinOutcome refuse_dim(const Operand& given, int dim) {
    return {{},
            dim == 0 ? &dim_0_is_the_batch_and_it_takes_a_dim_of_the_sample
                     : &it_has_no_such_dim_because_its_samples_have_the_rank,
            dims(given.dims.rank)};
}
constexpr bool is_dim(int dim) { return dim < 0; }
constexpr Size axis_of(const Dims& given, int dim) { return given.rank - static_cast<Size>(-dim); }

/// For a layer that keeps the shape.
constexpr ShapeOutcome accept_dim(const Dims& given, int dim) {
    if (is_dim(dim)) return accept(given);
    const JoinOutcome outcome = refuse_dim({given, true}, dim);
    return {{}, outcome.refusal, outcome.expected};
}

constexpr int whole(double number) { return static_cast<int>(number); }

}  // namespace detail
}  // namespace strata
