#pragma once
// The refusal of a batch that a network does not take, in the words of diagnostics.hpp.

#include <strata/core/network/diagnostics.hpp>
#include <type_traits>

namespace strata {

/// What is given, and what the model takes instead: the shape of one sample, the scalar type, the device.
template <class Given, class Expected, class... Remedy>
struct batch_shape_error : detail::no_error {
    static constexpr bool the_samples_have_the_shape_that_the_network_takes = false;
};
template <class Given, class Expected>
struct batch_scalar_error : detail::no_error {
    static constexpr bool the_batch_holds_the_scalar_type_of_the_model = false;
};
template <class Given>
struct batch_indices_error : detail::no_error {
    static constexpr bool the_batch_holds_whole_numbers_where_the_network_takes_indices = false;
};
template <class Given, class Expected>
struct batch_device_error : detail::no_error {
    static constexpr bool the_batch_lies_on_the_device_of_the_model = false;
};
template <class Expected>
struct but_the_model_takes {};

namespace detail {

template <class Problem>
struct RefuseUnlessBatchFits {
    static_assert(Problem::the_batch_lies_on_the_device_of_the_model,
                  "strata: the batch lies on another device than the model; batch_device_error<...> says "
                  "which (docs/errors.md#batch-device)");
    static_assert(Problem::the_batch_holds_whole_numbers_where_the_network_takes_indices,
                  "strata: the network looks this input up in a table (Embedding), so that it holds indices; "
                  "write xt::cast<std::int64_t>(x), and std::int64_t in data sets; batch_indices_error<...> "
                  "says what it holds (docs/errors.md#indices)");
    static_assert(
        Problem::the_batch_holds_the_scalar_type_of_the_model,
        "strata: the batch holds another scalar type than the model; batch_scalar_error<...> says which; "
        "that of the model is its third argument, Model<Net, Cpu, double> (docs/errors.md#batch-scalar)");
    static_assert(Problem::the_samples_have_the_shape_that_the_network_takes,
                  "strata: the batch holds samples of another shape than the network takes; "
                  "batch_shape_error<...> says which (docs/errors.md#batch-shape)");
};

/// What is wrong with the elements of a tensor that the user gives for an input of scalars T: those of an input
/// that holds indices are whole numbers.
template <class T, class X>
constexpr auto find_indices_problem() {
    if constexpr (std::is_integral_v<T> && requires { typename X::value_type; }) {
        using Given = std::remove_const_t<typename X::value_type>;
        if constexpr (!std::is_integral_v<Given> || std::is_same_v<Given, bool>)
            return batch_indices_error<is_given<Given>>{};
        else
            return no_error{};
    } else {
        return no_error{};
    }
}

template <class Given, class Shape>
constexpr auto batch_shape_problem() {
    if constexpr (Shape::dims.rank == 1 && Given::dims.elements() == Shape::dims.elements())
        return batch_shape_error<is_given<Given>, but_the_model_takes<Shape>,
                                 let_the_network_begin_with_Flatten>{};
    else
        return batch_shape_error<is_given<Given>, but_the_model_takes<Shape>>{};
}
/// What is wrong with a batch (a BatchView) for a model; with `any_shape` only the number of elements has to
/// agree.
template <class Device, class T, class Shape, bool any_shape, class Batch>
constexpr auto find_batch_problem() {
    using Given = typename Batch::shape_type;
    using Scalar = std::remove_const_t<typename Batch::value_type>;
    if constexpr (!std::is_same_v<typename Batch::device_type, Device>)
        return batch_device_error<is_given<typename Batch::device_type>, but_the_model_takes<Device>>{};
    else if constexpr (!std::is_same_v<Scalar, T> && std::is_integral_v<T>)
        return batch_indices_error<is_given<Scalar>>{};
    else if constexpr (!std::is_same_v<Scalar, T>)
        return batch_scalar_error<is_given<Scalar>, but_the_model_takes<T>>{};
    else if constexpr (any_shape ? Given::dims.elements() != Shape::dims.elements()
                                 : Given::dims != Shape::dims)
        return batch_shape_problem<Given, Shape>();
    else
        return no_error{};
}

}  // namespace detail
}  // namespace strata
