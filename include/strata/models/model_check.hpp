#pragma once
// The checks of a Model's template arguments, and of what works on one.

#include <strata/core/config.hpp>
#include <strata/core/network/diagnostics.hpp>
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
