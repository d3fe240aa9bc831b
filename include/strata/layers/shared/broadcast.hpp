#pragma once
// The common part of elementwise functions of two values: broadcasting, as PyTorch does it. Extents are
// aligned at the last one; an extent that one operand lacks, or has as 1, is repeated.
//
// Two batches have samples of the same rank. A single tensor (a parameter, a mean over the batch) has at most
// the rank of the samples, and is the same for all of them. Two single tensors give a single tensor. The
// gradient of what was repeated is the sum over the repetitions, the batch among them.
//
// Source: PyTorch, "Broadcasting semantics".

#include <strata/core/network/trace.hpp>
#include <strata/core/operations/loops.hpp>

namespace strata {

inline void an_extent_that_differs_must_be_1_to_broadcast_with() {}
inline void samples_of_two_batches_must_have_the_rank_of() {}
inline void a_single_tensor_must_have_at_most_the_rank_of_the_samples() {}

namespace detail {

constexpr JoinOutcome broadcast(const Operand& a, const Operand& b) {
    if (a.batched && b.batched && a.dims.rank != b.dims.rank)
        return {{}, &samples_of_two_batches_must_have_the_rank_of, a.dims};
    if (a.batched != b.batched && (a.batched ? b : a).dims.rank > (a.batched ? a : b).dims.rank)
        return {{}, &a_single_tensor_must_have_at_most_the_rank_of_the_samples, (a.batched ? a : b).dims};
    const Dims& longer = a.dims.rank < b.dims.rank ? b.dims : a.dims;
    const Dims& shorter = a.dims.rank < b.dims.rank ? a.dims : b.dims;
    Operand result{longer, a.batched || b.batched};
    const Size missing = longer.rank - shorter.rank;
    for (Size i = 0; i < shorter.rank; ++i) {
        Size& extent = result.dims.extent[missing + i];
        if (extent == 1)
            extent = shorter.extent[i];
        else if (shorter.extent[i] != 1 && shorter.extent[i] != extent)
            return {{}, &an_extent_that_differs_must_be_1_to_broadcast_with, a.dims};
    }
    return {result, nullptr, {}};
}

/// What the gradient of an operand is computed from, beside dy.
enum class Reads : unsigned char { nothing, the_other, both };

/// An elementwise function of two operands. `Own` has `Function` and, for operand K, `Gradient<K>` with the
/// constant `reads`.
template <class Own>
struct Broadcasting {
    static constexpr Size operand_count = 2;

    static constexpr JoinOutcome join(const Operand* given, Size) { return broadcast(given[0], given[1]); }
    /// Whether an operand is what the result is, so that nothing was repeated.
    static constexpr bool is_alike(const Operand* given, Size operand) {
        return given[operand] == broadcast(given[0], given[1]).result;
    }

    static void forward(auto& device, auto y, auto a, auto b) {
        run<false>(device, typename Own::Function{}, y, y, a, b);
    }
    template <Size K>
    static void backward_operand(auto& device, auto, auto dy, auto dx, auto a, auto b) {
        using Gradient = typename Own::template Gradient<K>;
        if constexpr (Gradient::reads == Reads::nothing)
            run<true>(device, Gradient{}, dy, dx, dy);
        else if constexpr (Gradient::reads == Reads::both)
            run<true>(device, Gradient{}, dy, dx, dy, a, b);
        else if constexpr (K == 0)
            run<true>(device, Gradient{}, dy, dx, dy, b);
        else
            run<true>(device, Gradient{}, dy, dx, dy, a);
    }

private:
    /// out = f(in...) over all of `space`; where `out` is smaller, the sum.
    template <bool can_sum, class F, class Space, class Out, class... In>
    static void run(auto& device, const F& f, Space space, Out out, In... in) {
        using T = typename Out::value_type;
        constexpr bool same_shape = Out::dims == Space::dims && ((In::dims == Space::dims) && ...);
        if constexpr (same_shape)
            if (out.batch == space.batch && ((in.batch == space.batch) && ...))
                return device.map(f, out, in...);
        const Extents tensors[] = {extents_of(out), extents_of(in)...};
        const auto loops = broadcast_loops(extents_of(space), tensors);
        constexpr bool as_many = Out::sample_size == Space::sample_size;
        if constexpr (as_many)
            if (!can_sum || out.batch == space.batch)
                return device.map_in_loops(loops, f, out.data, static_cast<const T*>(in.data)...);
        if constexpr (can_sum) device.sum_in_loops(loops, 1, f, out.data, static_cast<const T*>(in.data)...);
    }
};

}  // namespace detail
}  // namespace strata
