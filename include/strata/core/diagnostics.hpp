#pragma once
// How a wrong network is refused. A constexpr loop over values finds the first layer that does not fit; only
// then is ONE type instantiated whose arguments are the words of the sentence: where, which layer, what it is
// given, what it expects, what to write. That type is an argument of the class that holds the static_assert,
// because this is the one form that g++, clang and nvcc all print (see docs/explanation/errors.md).

#include <strata/core/layer.hpp>
#include <strata/core/type_list.hpp>

namespace strata {

// The words.
template <Size Index>
struct at_layer {};
struct behind_the_last_layer {};
template <class Shape>
struct is_given {};
template <Reason Why, class Shape>
struct but {};
template <class Layer>
struct write_instead {};
template <class Layer>
struct put_before_it {};
struct see_the_manual {};

// Reasons that several layers share.
inline void it_takes_as_many_elements_as() {}
inline void it_takes_a_last_extent_of() {}
inline void it_takes_exactly() {}
inline void nobody_states_the_input_shape__begin_with_Input_or_write_the_first_size() {}

/// The words of one refusal in the order: where, which, given, expected, to do.
template <class... Words>
struct shape_error {
    static constexpr bool the_layers_fit_together = false;
};
struct no_shape_error {
    static constexpr bool the_layers_fit_together = true;
};

namespace detail {

template <class Problem>
struct RefuseUnlessFitting {
    static_assert(
        Problem::the_layers_fit_together,
        "strata: a layer does not accept the shape it is given; the arguments of shape_error<...> say where, "
        "which layer, given, expected, what to write (docs/errors.md#shape)");
};

template <class Layer, class Given>
struct RemedyOf {
    using type = see_the_manual;
};
template <class Layer, class Given>
requires requires { typename Layer::template remedy<Given>; }
struct RemedyOf<Layer, Given> {
    using type = typename Layer::template remedy<Given>;
};

template <class Given, class Expected>
struct input_shape_error {
    static constexpr bool the_samples_have_the_shape_that_the_network_takes = false;
};
struct no_input_shape_error {
    static constexpr bool the_samples_have_the_shape_that_the_network_takes = true;
};

template <class Problem>
struct RefuseUnlessInputFits {
    static_assert(
        Problem::the_samples_have_the_shape_that_the_network_takes,
        "strata: the batch's samples have another shape than the network takes: input_shape_error<given, "
        "expected> (docs/errors.md#input-shape)");
};

/// Refuses a batch of samples of shape `Given` for a network that takes `Expected`; with `any_shape` only the
/// number of elements has to agree.
template <class Expected, class Given, bool any_shape>
constexpr void check_input_shape() {
    constexpr bool fits =
        any_shape ? Given::dims.elements() == Expected::dims.elements() : Given::dims == Expected::dims;
    using Problem =
        std::conditional_t<fits, no_input_shape_error, input_shape_error<is_given<Given>, Expected>>;
    (void)RefuseUnlessInputFits<Problem>{};
}

}  // namespace detail
}  // namespace strata
