#pragma once
// Sums and means, in the forward of a module:
//   sum(x), mean(x)                 of everything, the batch included
//   sum(x, dim), mean(x, dim)       along one dim
//   mean(x, {2, 3})                 along several
//   mean(x, -1, true)               with keepdim the extent stays, as 1
//
// Shapes: (A, B) -> (B) along dim 1. Along dim 0, the batch, the result is a single tensor, which is the same
// for all samples and may stand beside batches: x - mean(x, 0). So is the sum of everything, of rank 0. The
// batch's dim is never kept. Sums are accumulated in double.
// Gradient: dx = dy, repeated; divided by the number of terms for mean.
// Source: torch.sum, torch.mean.

#include <initializer_list>
#include <strata/core/operations/loops.hpp>
#include <strata/layers/shared/value_dim.hpp>

namespace strata {

namespace detail {

/// The dims as a number: bit k is the dim -k, bit 0 the batch. -1 if one of them is none.
constexpr int mask_of(Value x, const int* dims, Size count) {
    int mask = 0;
    for (Size i = 0; i < count; ++i) {
        const int dim = from_end(x, dims[i]);
        if (dim == no_dim || dim > 0) return -1;
        mask |= 1 << -dim;
    }
    return mask;
}
inline constexpr int all_dims = (1 << (max_rank + 1)) - 1;

/// What reductions have in common. `keepdim` is 1 or 0.
struct Reducing {
    static constexpr bool reduces(int mask, const Dims& given, Size axis) {
        return (mask >> (given.rank - axis) & 1) != 0;
    }
    static constexpr JoinOutcome result(const Operand& given, const Numbers& numbers) {
        const int mask = whole(numbers.of[0]);
        if (mask < 0)
            return {{}, &it_has_no_such_dim_because_its_samples_have_the_rank, dims(given.dims.rank)};
        Operand result{{}, given.batched && (mask & 1) == 0};
        for (Size i = 0; i < given.dims.rank; ++i) {
            const bool is_reduced = reduces(mask, given.dims, i);
            if (!is_reduced || numbers.of[1] != 0)
                result.dims.extent[result.dims.rank++] = is_reduced ? 1 : given.dims.extent[i];
        }
        return {result, nullptr, {}};
    }
    /// The result's extents with all that is reduced as 1.
    static constexpr Extents kept(int mask, Extents given) {
        if ((mask & 1) != 0) given.batch = 1;
        for (Size i = 0; i < given.dims.rank; ++i)
            if (reduces(mask, given.dims, i)) given.dims.extent[i] = 1;
        return given;
    }
};

struct DividedBy {
    double divisor;
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& x) const {
        return x / V(divisor);
    }
};

}  // namespace detail

struct ReduceSum {
    int mask = detail::all_dims;
    int keepdim = 0;

    static constexpr bool is_function = true;
    static constexpr JoinOutcome join(const Operand* given, Size, const detail::Numbers& numbers = {}) {
        return detail::Reducing::result(given[0], numbers);
    }

    void forward(auto& device, auto y, auto x) const {
        const Extents space = extents_of(x), tensors[] = {detail::Reducing::kept(mask, space), space};
        device.sum_in_loops(broadcast_loops(space, tensors), 1, detail::Itself{}, y.data, x.data);
    }
    template <Size>
    void backward_operand(auto& device, auto, auto dy, auto dx, auto) const {
        using T = typename decltype(dx)::value_type;
        const Extents space = extents_of(dx), tensors[] = {space, detail::Reducing::kept(mask, space)};
        device.map_in_loops(broadcast_loops(space, tensors), detail::Itself{}, dx.data,
                            static_cast<const T*>(dy.data));
    }
};

struct ReduceMean {
    int mask = detail::all_dims;
    int keepdim = 0;

    static constexpr bool is_function = true;
    static constexpr JoinOutcome join(const Operand* given, Size, const detail::Numbers& numbers = {}) {
        return detail::Reducing::result(given[0], numbers);
    }

    void forward(auto& device, auto y, auto x) const {
        const Extents space = extents_of(x), tensors[] = {detail::Reducing::kept(mask, space), space};
        device.sum_in_loops(broadcast_loops(space, tensors), terms(space, tensors[0]), detail::Itself{},
                            y.data, x.data);
    }
    template <Size>
    void backward_operand(auto& device, auto, auto dy, auto dx, auto) const {
        using T = typename decltype(dx)::value_type;
        const Extents space = extents_of(dx), tensors[] = {space, detail::Reducing::kept(mask, space)};
        device.map_in_loops(broadcast_loops(space, tensors), detail::DividedBy{terms(space, tensors[1])},
                            dx.data, static_cast<const T*>(dy.data));
    }
    /// Of one mean.
    static double terms(const Extents& all, const Extents& kept) {
        return all.batch == 0 ? 0 : static_cast<double>(all.elements() / kept.elements());
    }
};

constexpr Value sum(Value x) { return apply_with<ReduceSum>({2, {detail::all_dims, 0}}, x); }
constexpr Value mean(Value x) { return apply_with<ReduceMean>({2, {detail::all_dims, 0}}, x); }
constexpr Value sum(Value x, std::initializer_list<int> dims, bool keepdim = false) {
    const int mask = detail::mask_of(x, dims.begin(), dims.size());
    return apply_with<ReduceSum>({2, {static_cast<double>(mask), keepdim ? 1.0 : 0.0}}, x);
}
constexpr Value mean(Value x, std::initializer_list<int> dims, bool keepdim = false) {
    const int mask = detail::mask_of(x, dims.begin(), dims.size());
    return apply_with<ReduceMean>({2, {static_cast<double>(mask), keepdim ? 1.0 : 0.0}}, x);
}
constexpr Value sum(Value x, int dim, bool keepdim = false) { return sum(x, {dim}, keepdim); }
constexpr Value mean(Value x, int dim, bool keepdim = false) { return mean(x, {dim}, keepdim); }

}  // namespace strata
