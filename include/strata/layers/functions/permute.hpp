#pragma once
// The extents in another order, in the forward of a module:
//   permute(x, 0, 2, 1)        all dims, as they are to stand; the batch stays in front
//   transpose(x, 1, 2)         two dims exchanged
//
// Shapes: (A, B, C) -> (B, A, C) with transpose(x, 1, 2).
// Source: torch.permute, torch.transpose. Unlike there, the result is a copy.

#include <strata/core/operations/loops.hpp>
#include <strata/layers/shared/value_dim.hpp>

namespace strata {

inline void its_dims_are_those_of_the_value_each_once_with_the_batch_in_front_where_its_rank_is() {}

/// Axis i of the result is axis from[i] of x.
struct Permute {
    int from0 = 0, from1 = 0, from2 = 0, from3 = 0, from4 = 0, from5 = 0;

    static constexpr bool is_function = true;
    static constexpr LayerTraits traits = {.moves = true, .kind = OutputKind::inherited};
    static constexpr JoinOutcome join(const Operand* given, Size, const detail::Numbers& numbers = {}) {
        const Dims& own = given[0].dims;
        Operand result = given[0];
        bool taken[max_rank] = {}, fits = numbers.count == own.rank;
        for (Size i = 0; fits && i < own.rank; ++i) {
            const int axis = detail::whole(numbers.of[i]);
            fits = axis >= 0 && axis < static_cast<int>(own.rank) && !taken[axis];
            if (!fits) break;
            taken[axis] = true;
            result.dims.extent[i] = own.extent[axis];
        }
        if (!fits)
            return {{},
                    &its_dims_are_those_of_the_value_each_once_with_the_batch_in_front_where_its_rank_is,
                    dims(own.rank)};
        return {result, nullptr, {}};
    }

    /// Loops in the order of y: strides of y, and of x.
    constexpr Loops<2> loops(Size batch, const Dims& x) const {
        const int from[] = {from0, from1, from2, from3, from4, from5};
        Size step = x.elements();
        Loops<2> result;
        result.add(batch, {step, step});
        for (Size i = 0; i < x.rank; ++i) {
            const Size axis = static_cast<Size>(from[i]);
            step /= x.extent[axis];
            result.add(x.extent[axis], {step, inner_elements(x, axis)});
        }
        return result;
    }

    void forward(auto& device, auto y, auto x) const {
        device.map_in_loops(loops(x.batch, decltype(x)::dims), detail::Itself{}, y.data, x.data);
    }
    template <Size>
    void backward_operand(auto& device, auto, auto dy, auto dx, auto) const {
        using T = typename decltype(dx)::value_type;
        device.map_in_loops(exchanged(loops(dx.batch, decltype(dx)::dims)), detail::Itself{}, dx.data,
                            static_cast<const T*>(dy.data));
    }
};

/// x with its dims in this order.
template <class... Dim>
constexpr Value permute(Value x, Dim... dims) {
    static_assert(sizeof...(dims) <= max_rank + 1, "strata: a value has at most six extents and the batch");
    const detail::GraphValue& value = x.known();
    const int wanted[] = {static_cast<int>(dims)..., 0};
    const int rank = static_cast<int>(value.dims.rank);
    const Size batch = value.batched ? 1 : 0;
    detail::Numbers numbers;
    const bool batch_leads = !value.batched || detail::from_end(x, wanted[0]) == 0;
    if (batch_leads && sizeof...(dims) == value.dims.rank + batch) numbers.count = value.dims.rank;
    for (Size i = 0; i < numbers.count; ++i) {
        const int dim = detail::from_end(x, wanted[i + batch]);
        numbers.of[i] = dim < 0 ? rank + dim : detail::no_dim;
    }
    return apply_with<Permute>(numbers, x);
}
/// x with two dims exchanged.
constexpr Value transpose(Value x, int dim0, int dim1) {
    if (!x.known().known) return apply<Permute>(x);
    const int rank = static_cast<int>(x.shape().rank);
    const int first = detail::from_end(x, dim0), second = detail::from_end(x, dim1);
    detail::Numbers numbers;
    numbers.count = static_cast<Size>(rank);
    for (int i = 0; i < rank; ++i) numbers.of[i] = i;
    if (first >= 0 || second >= 0) {
        numbers.of[0] = detail::no_dim;
    } else {
        numbers.of[rank + first] = rank + second;
        numbers.of[rank + second] = rank + first;
    }
    return apply_with<Permute>(numbers, x);
}

}  // namespace strata
