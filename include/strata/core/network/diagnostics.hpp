#pragma once
// The refusal of a wrong network. A constexpr loop over values finds the first layer that does not fit; only
// then is ONE type instantiated whose arguments are the words of the sentence: where, which layer, what it is
// given, what it expects, what to write. That type is an argument of the class that holds the static_assert,
// because this is the one form that g++, clang and nvcc all print (see docs/explanation/errors.md).

#include <strata/core/network/layer.hpp>
#include <strata/core/type_list.hpp>
#include <string_view>

namespace strata {

// The words. Layers are counted from 0, as in PyTorch's parameter names: at_layer<1, 2> is the one whose
// weight is "1.2.weight".
template <Size... Place>
struct at_layer {};
template <class Given>
struct is_given {};
template <class First, class Second>
struct are_given {};
/// Not a batch: a parameter, or what a batch has been reduced to.
template <class Shape>
struct single_tensor {};
template <Reason Why, class Shape>
struct but {};

// What to do.
template <class... Layers>
struct write_instead {};
template <class Layer>
struct swap_its_sizes_and_write {};
template <class Layer>
struct put_before_it {};
template <Size Elements>
struct let_its_extents_multiply_to {};
struct change_it_or_a_layer_before_it {};
struct let_the_network_begin_with_Flatten {};

// What a backward pass reads, and the traits that keep it.
struct its_input_x {};
struct its_output_y {};
template <Size K>
struct its_operand {};
struct write_Keeps_input_as_keeps_in_its_traits {};
struct write_Keeps_output_as_keeps_in_its_traits {};
struct write_Keeps_both_as_keeps_in_its_traits {};

// Reasons that several layers share.
inline void it_takes_as_many_elements_as() {}
inline void it_takes_a_last_extent_of() {}
inline void it_takes_the_extents_of_one_sample_each_at_least_1() {}
inline void it_takes_exactly() {}

inline void its_parameters_are_shared_with_a_use_on() {}

// What is wrong with a module.
inline void
write_static_constexpr_auto_forward_of_auto_self_and_auto_x_or_mend_what_the_compiler_has_said_about_it() {}
inline void its_forward_takes_more_inputs_than_the_limit_of_4() {}
inline void it_is_called_with_another_number_of_inputs() {}
inline void it_is_called_with_more_values_than_the_limit_of_8() {}
inline void it_gives_more_outputs_than_the_limit_of_8() {}
inline void more_Inputs_stand_among_its_members_than_forward_has_inputs() {}
inline void its_forward_is_no_constant_expression_so_write_constexpr_and_call_constexpr_functions_only() {}

// What is wrong inside a forward.
inline void forward_asks_self_for_a_name_that_none_of_its_members_has() {}
inline void forward_calls_self_but_that_is_the_module_and_layers_are_self_of_their_name() {}
inline void forward_uses_self_as_a_value_but_that_is_the_module() {}
inline void it_calls_a_value_as_if_it_were_a_layer_but_layers_are_self_of_their_name() {}
inline void it_uses_a_layer_as_if_it_were_a_value_so_call_the_layer() {}
inline void it_uses_the_outputs_of_a_layer_as_one_so_write_unpack_or_its_number() {}
inline void it_asks_a_value_for_an_output_that_there_is_not() {}
inline void it_asks_what_numbers_a_value_holds_but_they_are_not_known_when_forward_runs() {}
inline void it_calls_view_so_write_reshape_with_the_extents_of_a_sample_in_angle_brackets() {}
inline void it_calls_reshape_so_write_its_extents_of_a_sample_in_angle_brackets_before_the_value() {}
inline void it_calls_a_method_of_a_value_so_write_the_function_of_that_name_as_in_mean_of_x() {}
inline void it_unpacks_another_number_of_outputs_than_there_are() {}
inline void forward_does_not_use_it_or_not_for_the_result() {}

// What is wrong with the names of a module's members.
inline void two_members_have_this_name() {}
inline void a_name_has_at_least_one_character() {}
inline void a_name_has_no_dot_because_dots_stand_between_names() {}
inline void a_name_has_no_control_characters() {}
inline void safetensors_files_keep_this_name_for_themselves() {}
inline void two_of_its_parameters_have_one_name() {}

// Why what a layer looks up in a table are no indices.
inline void its_result_is_computed_and_taken_for_indices() {}
inline void its_input_is_taken_for_indices_and_for_numbers() {}

// Why something in the list of layers is none.
inline void it_is_a_loss_and_stands_behind_the_network_in_Trainer_or_fit() {}
inline void it_is_an_optimizer_and_stands_behind_the_loss_in_Trainer_or_fit() {}
inline void it_has_no_member_output_shape() {}

// What is wrong with the arguments of a layer that only a function makes, such as mean(x, 1).
inline void it_is_a_function_to_be_called_in_the_forward_of_a_module() {}

namespace detail {

/// False, and not before a template is instantiated: for an overload that is there to explain itself.
template <class...>
inline constexpr bool never = false;

/// `Linear(784, 10)` as a layer: its sizes decide shapes, and are template arguments.
struct in_parentheses {};
struct WrittenInParentheses {
    template <class... Sizes>
    constexpr explicit WrittenInParentheses(Sizes...) {
        constexpr bool the_sizes_of_a_layer_are_template_arguments = never<Sizes...>;
        static_assert(the_sizes_of_a_layer_are_template_arguments,
                      "strata: the sizes of a layer stand in angle brackets; for Linear(784, 10) write "
                      "Linear<784, 10>{} (docs/errors.md#arguments)");
    }
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
    static constexpr Dims input_shape() { return dims(1); }
};
template <class... Sizes>
concept SizesInParentheses = sizeof...(Sizes) > 0 && (std::is_arithmetic_v<Sizes> && ...);

/// What holds for a sound network; each kind of error denies one of these sentences.
struct no_error {
    static constexpr bool all_of_these_types_are_layers = true;
    static constexpr bool the_network_has_a_layer = true;
    static constexpr bool each_layer_is_written_with_sound_arguments = true;
    static constexpr bool somebody_states_the_shape_of_the_input = true;
    static constexpr bool each_module_can_be_run = true;
    static constexpr bool each_name_is_one_of_its_kind = true;
    static constexpr bool its_elements_can_be_counted = true;
    static constexpr bool the_layers_fit_together = true;
    static constexpr bool indices_come_from_inputs_that_hold_nothing_else = true;
    static constexpr bool the_backward_pass_reads_only_what_its_layer_keeps = true;
    static constexpr bool the_samples_have_the_shape_that_the_network_takes = true;
    static constexpr bool the_batch_holds_the_scalar_type_of_the_model = true;
    static constexpr bool the_batch_holds_whole_numbers_where_the_network_takes_indices = true;
    static constexpr bool the_batch_lies_on_the_device_of_the_model = true;
};

}  // namespace detail

/// The words of one refusal in the order: where, which, given, expected, to do.
template <class... Words>
struct shape_error : detail::no_error {
    static constexpr bool the_layers_fit_together = false;
};
/// Where, which type, and why it is no layer.
template <class Where, class Type, Reason Why>
struct layer_error : detail::no_error {
    static constexpr bool all_of_these_types_are_layers = false;
};
/// Where, which layer, what is wrong with the arguments that it is written with, and how it is written. A layer
/// says so itself: `static constexpr Reason wrong_arguments = ...;`, null if nothing is, and `usage`.
template <class Where, class Layer, Reason Why, Reason... Usage>
struct arguments_error : detail::no_error {
    static constexpr bool each_layer_is_written_with_sound_arguments = false;
};
/// Where, which module or layer of a module, and why it cannot be run.
template <class Where, class Layer, Reason Why, class... Name>
struct module_error : detail::no_error {
    static constexpr bool each_module_can_be_run = false;
};
/// Where, and which layer has more elements than a network may have.
template <class Where, class... Words>
struct size_error : detail::no_error {
    static constexpr bool its_elements_can_be_counted = false;
};
/// Which module, the members that are concerned, and what is wrong with their names.
template <class Where, Reason Why, class... Members>
struct name_error : detail::no_error {
    static constexpr bool each_name_is_one_of_its_kind = false;
};
/// The name that a forward asks for.
template <char... Name>
struct the_name {};
/// The layer that would have to know the shape of the input, and does not.
template <class Where, class Layer>
struct input_error : detail::no_error {
    static constexpr bool somebody_states_the_shape_of_the_input = false;
};
/// Where, which layer, and why what is looked up in a table is none of the network's inputs.
template <class Where, class Layer, Reason Why>
struct indices_error : detail::no_error {
    static constexpr bool indices_come_from_inputs_that_hold_nothing_else = false;
};
struct empty_network_error : detail::no_error {
    static constexpr bool the_network_has_a_layer = false;
};
/// Which layer reads which operand in its backward pass, and what it has to state in order to find it there.
template <class Layer, class Operand, class Remedy>
struct keeps_error : detail::no_error {
    static constexpr bool the_backward_pass_reads_only_what_its_layer_keeps = false;
};
namespace detail {

template <class Problem>
struct RefuseUnlessFitting {
    static_assert(Problem::all_of_these_types_are_layers,
                  "strata: a network is made of layers, and one of these types is none; layer_error<...> "
                  "says where, which type, why (docs/errors.md#layer)");
    static_assert(
        Problem::the_network_has_a_layer,
        "strata: this network is empty; a Sequential needs at least one layer (docs/errors.md#empty)");
    static_assert(Problem::each_layer_is_written_with_sound_arguments,
                  "strata: a layer is written with arguments that it cannot have; arguments_error<...> says "
                  "where, which layer, why, how it is written (docs/errors.md#arguments)");
    static_assert(Problem::somebody_states_the_shape_of_the_input,
                  "strata: nobody states the shape of the network's input; begin with Input<...>, write both "
                  "sizes of the first Linear, Linear<In, Out>, or in a module using input_shapes = "
                  "InputShapes<Shape<...>> (docs/errors.md#no-input)");
    static_assert(
        Problem::its_elements_can_be_counted,
        "strata: a network has at most 2^40 elements of parameters, as many for each sample, and fewer "
        "than 2^64 multiply-adds; size_error<...> says where it has more (docs/errors.md#size)");
    static_assert(Problem::each_module_can_be_run,
                  "strata: a module's forward cannot be run; module_error<...> says where, which module or "
                  "layer of it, why (docs/errors.md#module)");
    static_assert(
        Problem::each_name_is_one_of_its_kind,
        "strata: the name of a module's member cannot be that; name_error<...> says where, why, which "
        "members (docs/errors.md#name)");
    static_assert(
        Problem::indices_come_from_inputs_that_hold_nothing_else,
        "strata: indices, which a layer such as Embedding looks up in its table, are an input of the "
        "network, or a part of one, that holds nothing else; give numbers an input of their own; "
        "indices_error<...> says where, which layer, why (docs/errors.md#indices)");
    static_assert(Problem::the_layers_fit_together,
                  "strata: a layer does not accept the shape it is given; shape_error<...> says where, which "
                  "layer, given, expected, what to do (docs/errors.md#shape)");
};

/// Instantiated where a layer asks for an element of a BatchShape.
template <class Problem>
struct RefuseUnlessKept {
    static_assert(Problem::the_backward_pass_reads_only_what_its_layer_keeps,
                  "strata: a layer's backward pass reads what its traits do not keep (the memory may hold "
                  "something else by then): write .keeps = Keeps::input, output or both into them; "
                  "keeps_error<...> says which layer, what it reads, what to write (docs/errors.md#keeps)");
    static constexpr decltype(nullptr) no_elements = nullptr;
};

/// What to do about a layer that refuses: what it says itself, or what follows from the reason.
template <class Layer, class Given, Reason Why>
struct RemedyOf {
    using type = std::conditional_t<same_address<Reason>(Why, &it_takes_as_many_elements_as),
                                    let_its_extents_multiply_to<Given::dims.elements()>,
                                    change_it_or_a_layer_before_it>;
};
template <class Layer, class Given, Reason Why>
requires requires { typename Layer::template remedy<Given>; }
struct RemedyOf<Layer, Given, Why> {
    using type = typename Layer::template remedy<Given>;
};

/// What a function of values leaves in a graph, and nothing else: it is no layer of a network.
template <class Layer>
concept FunctionOnly = requires {
    Layer::is_function;
};

/// Whether two parameters of a layer have one name, so that a file could hold only one of them.
template <class Layer>
constexpr bool names_a_parameter_twice() {
    if constexpr (parameter_count_of < Layer >> 1) {
        const auto list = parameters_of<Layer>(Dims{});  // nvcc 13 would not keep it alive
        for (Size i = 0; i < list.count; ++i)
            for (Size j = 0; j < i; ++j)
                if (std::string_view(list.items[i].name) == list.items[j].name) return true;
    }
    return false;
}

/// What is wrong with a layer's arguments, or null.
template <class Layer>
constexpr Reason wrong_arguments_of() {
    if constexpr (FunctionOnly<Layer>) {
        return &it_is_a_function_to_be_called_in_the_forward_of_a_module;
    } else {
        if constexpr (requires { Layer::wrong_arguments; })
            if (is_set(Layer::wrong_arguments)) return Layer::wrong_arguments;
        return names_a_parameter_twice<Layer>() ? &two_of_its_parameters_have_one_name : nullptr;
    }
}

/// Why a type is no layer.
template <class Type>
constexpr Reason why_no_layer() {
    if constexpr (requires(Type & type) { type.reduction; })
        return &it_is_a_loss_and_stands_behind_the_network_in_Trainer_or_fit;
    else if constexpr (requires(const Type& type) { type.states(); })
        return &it_is_an_optimizer_and_stands_behind_the_loss_in_Trainer_or_fit;
    else
        return &it_has_no_member_output_shape;
}

}  // namespace detail
}  // namespace strata
