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

/// A device is a type.
template <class Name>
struct RefuseNameOfDevice {
    static constexpr bool the_device_is_a_type = detail::never<Name>;
    static_assert(the_device_is_a_type,
                  "strata: a device is a type, and the model on it another object: auto there = "
                  "model.to<Cuda>() (docs/errors.md#device)");
};

/// A name decides a type.
template <class Name>
struct RefuseNameInParentheses {
    static constexpr bool the_name_is_a_template_argument = detail::never<Name>;
    static_assert(the_name_is_a_template_argument,
                  "strata: the name of a parameter decides its type, and stands in angle brackets: "
                  "model.parameter<\"0.weight\">() (docs/errors.md#parameter-name)");
};

/// A forward pass writes.
template <class... X>
struct RefuseConstModel {
    static constexpr bool the_model_is_not_const = detail::never<X...>;
    static_assert(the_model_is_not_const,
                  "strata: a forward pass writes into the model's memory, and this model is const; make a "
                  "Predictor from it, which has memory of its own (docs/errors.md#const-model)");
};

/// `backward` goes on from a loss.
template <class NoLoss>
struct RefuseUnlessLoss {
    static constexpr bool it_is_a_loss = detail::never<NoLoss>;
    static_assert(
        it_is_a_loss,
        "strata: backward takes what criterion(prediction, target) returned, of type strata::Loss; a "
        "number or a tensor does not know where its gradient lies: keep both as they are, auto "
        "prediction "
        "= model(x); auto loss = criterion(prediction, y); (docs/errors.md#backward)");
};

/// What shows a model's memory lives no longer than the model.
template <class Net>
struct RefuseTemporaryModel {
    static constexpr bool the_model_has_a_name = detail::never<Net>;
    static_assert(the_model_has_a_name,
                  "strata: this shows the model's memory, and the model is a temporary, which is gone at the "
                  "end of the statement; give it a name first (docs/errors.md#temporary-model)");
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
