#pragma once
// The targets of a loss, as kernels see them.

#include <strata/core/config.hpp>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/core/network/diagnostics.hpp>
#include <strata/models/execution/inputs.hpp>

namespace strata::detail {

/// The target that kernels see. Throws ShapeError when its shape does not go with a prediction of `Shape`.
template <class Device, class T, class Shape, class Y>
auto target_of(const Y& y) {
    using Batch = decltype(batch_of(y));
    if constexpr (!std::is_void_v<Batch>) {
        constexpr bool the_target_lives_where_the_model_does =
            std::is_same_v<typename Batch::device_type, Device>;
        static_assert(the_target_lives_where_the_model_does,
                      "strata: the target lies on another device than the model; write strata::to<Device>(y) "
                      "(docs/errors.md#batch-device)");
        return BatchView<typename Batch::value_type, Device, typename Batch::shape_type>{batch_of(y).data,
                                                                                         batch_of(y).batch};
    } else if constexpr (!TensorLike<Y>) {
        constexpr bool the_target_has_a_shape = never<Y>;
        static_assert(
            the_target_has_a_shape,
            "strata: a target is an xtensor container, view or expression, or a loader's batch, with one "
            "entry for each sample; of a std::vector write xt::adapt(y) (docs/errors.md#target)");
        return NoTarget{};
    } else {
        return Device::template target_batch<T, Shape>(y);
    }
}

/// The same memory as kernels see it, without what else the object may own.
template <class T, class Device, class Shape>
constexpr BatchView<T, Device, Shape> plain_view(const BatchView<T, Device, Shape>& view) {
    return view;
}
constexpr NoTarget plain_view(const NoTarget& target) { return target; }

/// Throws ShapeError unless there are as many targets as predictions.
void check_same_batch(Size predictions, Size targets);

}  // namespace strata::detail

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION void check_same_batch(Size predictions, Size targets) {
    if (predictions != targets)
        throw ShapeError(message("strata: the prediction holds ", predictions,
                                 " samples, but the target holds ", targets));
}

}  // namespace strata::detail
#endif
