#pragma once
// The batches that a network takes: one, or as many as its forward has inputs.

#include <cstdint>
#include <strata/core/error.hpp>
#include <strata/core/graph.hpp>
#include <strata/core/message.hpp>
#include <strata/core/type_list.hpp>
#include <string>
#include <tuple>

namespace strata::detail {

/// Where they lie, and how many samples they have.
struct Inputs {
    const void* data[max_inputs] = {};
    Size batch = 0;
};

/// Input K holds numbers, or indices for a network that begins with a table (Embedding).
template <class Network, class T, Size K>
using InputScalar = std::conditional_t<Network::graph.values[K].indices, std::int64_t, T>;

/// Where batches go that kernels cannot read as they are: room for each input.
template <class Network, class Device, class T, class Indices = std::make_index_sequence<Network::inputs>>
struct StagingsOf;
template <class Network, class Device, class T, Size... K>
struct StagingsOf<Network, Device, T, std::index_sequence<K...>> {
    using type = Slots<typename Device::template Staging<InputScalar<Network, T, K>>...>;
};

/// Input K as kernels see it; a temporary is copied. (A function, because nvcc 13 takes no fold for whether X
/// is a reference.)
template <class Model, Size K, class X, class Staging>
auto view_of_input(X&& x, Staging& staging) {
    return Model::template view_of_input<K, !std::is_lvalue_reference_v<X>>(x, staging);
}

/// All inputs, a tuple of references, as kernels see them. Throws ShapeError when they differ in their number
/// of samples. Temporaries are copied.
template <class Model, class Tuple, class Stagings>
Inputs view_of_inputs(Tuple&& x, Stagings& stagings) {
    Inputs inputs;
    [&]<Size... K>(std::index_sequence<K...>) {
        const auto take = [&](Size k, auto view) {
            inputs.data[k] = view.data;
            if (k > 0 && view.batch != inputs.batch)
                throw ShapeError(message("strata: input ", k, " has ", view.batch,
                                         " samples, and input 0 has ", inputs.batch));
            inputs.batch = view.batch;
        };
        (take(K, view_of_input<Model, K>(std::get<K>(std::forward<Tuple>(x)), get<K>(stagings))), ...);
    }
    (std::make_index_sequence<Model::input_count>{});
    return inputs;
}

/// A tuple of batches as it is, or one batch as a tuple.
template <class X>
constexpr bool is_tuple = false;
template <class... X>
constexpr bool is_tuple<std::tuple<X...>> = true;

/// The batch of a step: one container, or `std::tie(a, b)` for a network of two inputs.
template <class Model, class X, class Stagings>
Inputs view_of_batch(const X& x, Stagings& stagings) {
    if constexpr (is_tuple<X>) {
        return std::apply(
            [&](const auto&... each) { return view_of_inputs<Model>(std::tie(each...), stagings); }, x);
    } else if constexpr (Model::input_count == 1) {
        const auto view = view_of_input<Model, 0>(x, get<0>(stagings));
        Inputs inputs;
        inputs.data[0] = view.data;
        inputs.batch = view.batch;
        return inputs;
    } else {
        return view_of_inputs<Model>(std::tuple<const X&>(x), stagings);
    }
}

}  // namespace strata::detail
