#pragma once
// Sums of an element and all before it along a dim, in the forward of a module: cumsum(x, dim).
//
//   y[k] = x[0] + x[1] + ... + x[k]
//
// Shapes: any -> the same. Sums are accumulated in double.
// Gradient: dx[k] = dy[k] + dy[k + 1] + ... + dy[last].
// Source: torch.cumsum.

#include <strata/core/operations/class_extent.hpp>
#include <strata/layers/shared/value_dim.hpp>

namespace strata {

struct Cumsum {
    int dim = -1;

    static constexpr bool is_function = true;
    static constexpr JoinOutcome join(const Operand* given, Size, const detail::Numbers& numbers = {}) {
        const int dim = detail::whole(numbers.of[0]);
        if (!detail::is_dim(dim)) return detail::refuse_dim(given[0], dim);
        return {given[0], nullptr, {}};
    }

    void forward(auto& device, auto y, auto x) const {
        device.cumsum(class_extent(x, dim, "Cumsum"), x.data, y.data);
    }
    template <Size>
    void backward_operand(auto& device, auto, auto dy, auto dx, auto) const {
        using T = typename decltype(dx)::value_type;
        device.cumsum_backward(class_extent(dx, dim, "Cumsum"), static_cast<const T*>(dy.data), dx.data);
    }
};

/// Along `dim`, a dim of the sample, counted as PyTorch does.
constexpr Value cumsum(Value x, int dim) {
    return apply_with<Cumsum>({1, {double(detail::from_end(x, dim))}}, x);
}

}  // namespace strata
