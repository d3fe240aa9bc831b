#pragma once
// The checks of a Model's template arguments and of its batches.

#include <strata/core/config.hpp>
#include <strata/core/network/diagnostics.hpp>
#include <strata/core/tensor.hpp>
#include <strata/fwd.hpp>
#include <type_traits>

namespace strata {

namespace detail {

template <class M>
concept AnyModel = requires {
    typename M::network_type;
};
template <class M>
inline constexpr bool is_named_model = false;  ///< a Model, which may have been refused
template <class Net, class Device, class T>
inline constexpr bool is_named_model<Model<Net, Device, T>> = true;

/// What works on a model is given one.
template <class M>
struct RefuseNetwork {
    static constexpr bool the_first_argument_is_a_model = AnyModel<M> || is_named_model<M>;
    static_assert(the_first_argument_is_a_model,
                  "strata: the first argument is no model; a network is a type, and a Model of it has the "
                  "parameters: Model<Net> model; Trainer{model, NLLLoss{}, Adam{}} (docs/errors.md#inputs)");
};

/// Whatever has a shape, so that the device may look closer.
template <class X>
concept TensorLike = requires(const X& x) {
    x.shape();
};

/// The batch that kernels see, where `x` is one or shows one; else nothing.
template <class X>
auto batch_of(const X& x) {
    if constexpr (requires { x.batch_view(); })
        return x.batch_view();
    else if constexpr (requires {
                           typename X::device_type;
                           x.batch;
                       })
        return BatchView<typename X::value_type, typename X::device_type, typename X::shape_type>{x.data,
                                                                                                  x.batch};
}

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

template <class D>
inline constexpr bool is_complete_but_no_device = requires {
    sizeof(D);
}
&&!requires { typename D::template Buffer<float>; };
/// A device of which only the name is known, because its header is not included.
template <class D>
inline constexpr bool is_absent = !requires {
    sizeof(D);
};
template <class T>
inline constexpr bool is_float_or_double = std::is_same_v<T, float> || std::is_same_v<T, double>;

/// What a Model is made of besides its network.
template <class Device, class T>
struct RefuseUnlessModel {
    static constexpr bool the_second_argument_of_Model_is_a_device = !is_complete_but_no_device<Device>;
    static constexpr bool the_third_argument_of_Model_is_float_or_double = is_float_or_double<T>;
    static_assert(the_second_argument_of_Model_is_a_device,
                  "strata: the second argument of Model is a device; for scalars of type double write "
                  "Model<Net, Cpu, double> (docs/errors.md#device)");
    static constexpr bool the_device_is_included = !is_absent<Device> || std::is_same_v<Device, Cpu>;
    static constexpr bool the_Cpu_is_included = !is_absent<Device> || !std::is_same_v<Device, Cpu>;
    static_assert(
        the_device_is_included,
        "strata: the device Cuda is not in this program; include <strata/cuda.hpp> in a .cu file that "
        "nvcc compiles (docs/errors.md#absent-device)");
    static_assert(the_Cpu_is_included,
                  "strata: the device Cpu is not in this program; include <strata/strata.hpp> "
                  "(docs/errors.md#absent-device)");
    static_assert(the_third_argument_of_Model_is_float_or_double,
                  "strata: a model computes with float or double, the third argument of Model "
                  "(docs/errors.md#scalar)");
};

/// What a refused Model goes on as: the one that was probably meant.
struct NoModel {};
template <class Net>
struct CpuOf {  // depends on something, or it would be asked for before its header may have come
    using type = Cpu;
};
template <class Net, class Device, class T>
using ProbablyMeant = std::conditional_t<
    is_absent<typename CpuOf<Net>::type> && (is_absent<Device> || is_complete_but_no_device<Device>), NoModel,
    Model<Net, std::conditional_t<is_absent<Device> || is_complete_but_no_device<Device>, Cpu, Device>,
          std::conditional_t<is_float_or_double<T>, T, float>>>;

}  // namespace detail
}  // namespace strata
