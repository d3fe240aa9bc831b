#pragma once
// The largest value along dims, in the forward of a module: amax(x, dim), amax(x, {1, 2}), amax(x, dim,
// true). NaN where there is one.
//
// Shapes: as those of sum (layers/functions/reduce.hpp).
// Gradient: dy goes to the largest value; if several are equal, to each the same part.
// Source: torch.amax.

#include <strata/core/math.hpp>
#include <strata/layers/functions/reduce.hpp>

namespace strata {

struct ReduceMax {
    int mask = detail::all_dims;
    int keepdim = 0;

    static constexpr bool is_function = true;
    static constexpr LayerTraits traits = {.keeps = Keeps::both};
    static constexpr JoinOutcome join(const Operand* given, Size, const detail::Numbers& numbers = {}) {
        return detail::Reducing::result(given[0], numbers);
    }

    struct IsLargest {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& y) const {
            using namespace math;
            return select(x == y, V(1), V(0));
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy, const V& x, const V& y, const V& equals) const {
            using namespace math;
            return select(x == y, dy / equals, V(0));
        }
    };

    void forward(auto& device, auto y, auto x) const {
        const Extents space = extents_of(x), tensors[] = {detail::Reducing::kept(mask, space), space};
        device.max_in_loops(broadcast_loops(space, tensors), y.data, x.data);
    }
    template <Size>
    void backward_operand(auto& device, auto y, auto dy, auto dx, auto x) const {
        using T = typename decltype(dx)::value_type;
        const Extents all = extents_of(x), kept = detail::Reducing::kept(mask, all);
        const Extents of_sum[] = {kept, all, kept}, of_map[] = {all, kept, all, kept, kept};
        T* const equals = device.template workspace<T>(y.size());
        device.sum_in_loops(broadcast_loops(all, of_sum), 1, IsLargest{}, equals, x.data, y.data);
        device.map_in_loops(broadcast_loops(all, of_map), Gradient{}, dx.data, static_cast<const T*>(dy.data),
                            x.data, y.data, static_cast<const T*>(equals));
    }
};

constexpr Value amax(Value x, std::initializer_list<int> dims, bool keepdim = false) {
    const int mask = detail::mask_of(x, dims.begin(), dims.size());
    return apply_with<ReduceMax>({2, {static_cast<double>(mask), keepdim ? 1.0 : 0.0}}, x);
}
constexpr Value amax(Value x, int dim, bool keepdim = false) { return amax(x, {dim}, keepdim); }

}  // namespace strata
