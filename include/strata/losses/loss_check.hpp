#pragma once
// The check whether a loss fits a network and a target, and the sentence for those that do not. A reason that another type of
// target would mend has a sentence of its own, with what to write.

#include <cstdint>
#include <strata/core/operations/class_extent.hpp>
#include <strata/models/prediction.hpp>
#include <tuple>
#include <type_traits>

namespace strata {

// Reasons that several losses share. Compilers print the name.
inline void the_target_must_be_class_indices_of_type_int64_one_per_sample() {}
inline void the_target_must_have_the_shape_and_type_of_the_prediction() {}
inline void it_compares_numbers_with_numbers_but_class_indices_go_with_CrossEntropyLoss_or_NLLLoss() {}
inline void
it_predicts_for_several_positions_of_a_sample_so_put_Flatten_before_the_first_Linear_or_take_a_mean() {}

template <class Loss>
struct the_loss {};
template <class Shape>
struct the_network_gives {};
template <class Layer>
struct behind {};
template <Reason Why>
struct does_not_fit_because {};
template <class T, class... Shape>
struct the_target_holds {};

/// Whatever says which targets it refuses is a loss.
template <class L>
concept AnyLoss = requires {
    L::template refuses_target<BatchView<const float, void, Shape<1>>,
                               BatchView<const float, void, Shape<1>>>();
};

namespace detail {

/// What another type of target would mend.
enum class TargetRemedy { none, class_indices, numbers, scalars };

/// The remedy that goes with a reason, where it has one.
template <Reason why>
inline constexpr TargetRemedy remedy_for = TargetRemedy::none;
template <>
inline constexpr TargetRemedy remedy_for<&the_target_must_be_class_indices_of_type_int64_one_per_sample> =
    TargetRemedy::class_indices;
template <>
inline constexpr TargetRemedy remedy_for<&the_target_must_have_the_shape_and_type_of_the_prediction> =
    TargetRemedy::scalars;
template <>
inline constexpr TargetRemedy
    remedy_for<&it_compares_numbers_with_numbers_but_class_indices_go_with_CrossEntropyLoss_or_NLLLoss> =
        TargetRemedy::numbers;

template <class Word>
inline constexpr TargetRemedy remedy_in = TargetRemedy::none;
template <Reason why>
inline constexpr TargetRemedy remedy_in<does_not_fit_because<why>> = remedy_for<why>;
/// Class indices of another shape are no matter of their type.
template <class Word>
inline constexpr bool holds_class_indices = false;
template <class... Shape>
inline constexpr bool holds_class_indices<the_target_holds<std::int64_t, Shape...>> = true;

}  // namespace detail

/// The words of a refused pair of network and loss.
template <class... Words>
struct loss_error {
    static constexpr bool the_loss_fits_the_network_and_the_target = false;
    static constexpr bool was_refused_already = false;

    template <detail::TargetRemedy remedy>
    static constexpr bool wants = ((detail::remedy_in<Words> == remedy) || ...) &&
                                  (remedy == detail::TargetRemedy::numbers ||
                                   !(detail::holds_class_indices<Words> || ...));
};
struct no_loss_error {
    static constexpr bool the_loss_fits_the_network_and_the_target = true;
    static constexpr bool was_refused_already = false;
    template <detail::TargetRemedy>
    static constexpr bool wants = false;
};
/// The target is no target at all, and has been refused as that.
struct no_target_error {
    static constexpr bool the_loss_fits_the_network_and_the_target = false;
    static constexpr bool was_refused_already = true;
    template <detail::TargetRemedy>
    static constexpr bool wants = false;
};

namespace detail {

template <class Problem>
struct RefuseUnlessLossFits {
    static constexpr bool the_target_is_class_indices = !Problem::template wants<TargetRemedy::class_indices>;
    static constexpr bool the_target_is_numbers = !Problem::template wants<TargetRemedy::numbers>;
    static constexpr bool the_target_is_like_the_prediction = !Problem::template wants<TargetRemedy::scalars>;
    static constexpr bool another_type_of_target_mends_it =
        !the_target_is_class_indices || !the_target_is_numbers || !the_target_is_like_the_prediction;
    static constexpr bool the_loss_fits_the_network_and_the_target =
        Problem::the_loss_fits_the_network_and_the_target || Problem::was_refused_already ||
        another_type_of_target_mends_it;
    static_assert(
        the_target_is_class_indices,
        "strata: this loss cannot stand behind this network or take this target: it takes class indices of "
        "type std::int64_t; of labels in another type write xt::cast<std::int64_t>(y), and of one-hot rows "
        "the same of xt::argmax(y, 1) (docs/errors.md#loss)");
    static_assert(
        the_target_is_numbers,
        "strata: this loss cannot stand behind this network or take this target: it compares numbers with "
        "numbers; classes go with CrossEntropyLoss or NLLLoss, and of numbers in an integer type write "
        "xt::cast<float>(y) (docs/errors.md#loss)");
    static_assert(
        the_target_is_like_the_prediction,
        "strata: this loss cannot stand behind this network or take this target: it takes numbers of the "
        "shape and the type of the prediction; of another type write xt::cast<float>(y), or double for a "
        "model of double (docs/errors.md#loss)");
    static_assert(the_loss_fits_the_network_and_the_target,
                  "strata: this loss cannot stand behind this network or take this target; loss_error<...> "
                  "says which and why (docs/errors.md#loss)");
};

template <class Loss>
constexpr Reason refusal_of_output(OutputKind kind) {
    if constexpr (requires { Loss::refuses_output(kind); })
        return Loss::refuses_output(kind);
    else
        return nullptr;
}

template <class Loss, class Net, class Prediction, class Target, Size output = 0>
constexpr auto find_loss_problem() {
    if constexpr (!Network<Net>::fits) {
        return no_loss_error{};  // the network has been refused already
    } else if constexpr (std::is_same_v<Target, NoTarget>) {
        return no_target_error{};
    } else {
        using LastLayer = typename Network<Net>::LastLayer;
        constexpr Reason target = Loss::template refuses_target<Prediction, Target>();
        constexpr Reason values = refusal_of_output<Loss>(Network<Net>::template kind_of_output<output>);
        if constexpr (is_set(target)) {
            using Holds =
                the_target_holds<std::remove_const_t<typename Target::value_type>, shape_t<Target::dims>>;
            using OneRow = BatchView<typename Prediction::value_type, typename Prediction::device_type,
                                     Shape<Prediction::dims.last()>>;
            constexpr Reason of_one_row = Loss::template refuses_target<OneRow, Target>();
            if constexpr (Prediction::dims.rank > 1 && !is_set(of_one_row))
                return loss_error<
                    the_loss<Loss>, behind<LastLayer>,
                    does_not_fit_because<
                        &it_predicts_for_several_positions_of_a_sample_so_put_Flatten_before_the_first_Linear_or_take_a_mean>,
                    the_network_gives<shape_t<Prediction::dims>>, Holds>{};
            else
                return loss_error<the_loss<Loss>, behind<LastLayer>, does_not_fit_because<target>, Holds>{};
        } else if constexpr (is_set(values)) {
            return loss_error<the_loss<Loss>, behind<LastLayer>, does_not_fit_because<values>>{};
        } else {
            return no_loss_error{};
        }
    }
}

template <class View>
inline constexpr bool is_class_indices =
    std::is_same_v<std::remove_const_t<typename View::value_type>, std::int64_t>;

/// Whether a target is class indices, as many as the prediction has positions.
template <class Prediction, class Target>
inline constexpr bool is_class_indices_of = is_class_indices<Target>&& Target::dims ==
                                            without_classes(Prediction::dims);

/// Whether a target is numbers like the prediction.
template <class Prediction, class Target>
inline constexpr bool is_like =
    Prediction::dims == Target::dims&& std::is_same_v<std::remove_const_t<typename Prediction::value_type>,
                                                      std::remove_const_t<typename Target::value_type>>;
/// Of how many extents the type of a tensor says that it is; 0 where only the run knows.
template <class Y>
constexpr Size static_rank() {
    if constexpr (requires { std::tuple_size<typename Y::shape_type>::value; })
        return std::tuple_size<typename Y::shape_type>::value;
    else
        return 0;
}

/// The type of a target for the question whether a loss takes it. Numbers of the rank that class indices have
/// are labels in the wrong type, if the loss takes labels; what they have been taken for is numbers like the
/// prediction, whose shape they would be refused for at run time.
template <class Loss, class Prediction, class View, class Y>
constexpr auto type_of_target() {
    if constexpr (!std::is_same_v<View, NoTarget>) {
        using U = std::remove_const_t<typename View::value_type>;
        if constexpr (std::is_floating_point_v<U> && static_rank<Y>() == Prediction::dims.rank) {
            using Device = typename View::device_type;
            using ClassShape = shape_t<without_classes(Prediction::dims)>;
            using Labels = BatchView<const std::int64_t, Device, ClassShape>;
            constexpr Reason refusal = Loss::template refuses_target<Prediction, Labels>();
            if constexpr (!is_set(refusal))
                return std::type_identity<BatchView<const U, Device, ClassShape>>{};
            else
                return std::type_identity<View>{};
        } else {
            return std::type_identity<View>{};
        }
    } else {
        return std::type_identity<View>{};
    }
}
template <class Loss, class Prediction, class View, class Y>
using TypeOfTarget = typename decltype(type_of_target<Loss, Prediction, View, Y>())::type;

}  // namespace detail
}  // namespace strata
