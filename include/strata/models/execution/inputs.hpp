#pragma once
// The batches that a network takes: one, or as many as its forward has inputs.

#include <strata/core/borrow.hpp>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/core/shape_check.hpp>
#include <strata/core/shared.hpp>
#include <strata/models/execution/batch_problem.hpp>
#include <strata/models/execution/memory.hpp>
#include <string>
#include <tuple>

namespace strata::detail {

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

/// Where an input goes that kernels cannot read as it is, and what keeps one that they can.
template <class Device, class Scalar>
struct InputRoom {
    typename Device::template Staging<Scalar> staging{};
    Owner owner;
};

/// Room for each input.
template <class Network, class Device, class T, class Indices = std::make_index_sequence<Network::inputs>>
struct InputRooms;
template <class Network, class Device, class T, Size... K>
struct InputRooms<Network, Device, T, std::index_sequence<K...>> {
    Slots<InputRoom<Device, InputScalar<Network, T, K>>...> of;

    void release() { ((get<K>(of).owner = Owner()), ...); }
};

/// Whether the backward pass reads input K again.
template <class Network, Size K>
inline constexpr bool input_is_kept = [] {
    const auto& graph = Network::graph;
    const auto& plan = Network::training_plan;
    const auto is_the_input = [&](Size value) {
        return plan.value[value] == in_the_input && plan.source[value] == K;
    };
    for (Size i = 0; i < Network::layer_count; ++i) {
        const GraphNode& node = graph.nodes[i];
        const auto keeps = static_cast<unsigned>(node.rules->traits.keeps);
        if (!Network::needs_gradient.of[Network::inputs + i]) continue;
        if ((keeps & static_cast<unsigned>(Keeps::output)) != 0 && is_the_input(Network::inputs + i))
            return true;
        for (Size k = 0; k < node.input_count; ++k)
            if ((keeps & static_cast<unsigned>(Keeps::input)) != 0 && is_the_input(node.inputs[k]))
                return true;
    }
    return false;
}();

/// What keeps the elements of a batch, where somebody does.
template <class X>
Owner owner_of(const X& x) {
    if constexpr (requires { x.owner(); })
        return x.owner();
    else
        return {};
}

/// A view of memory that somebody else will overwrite, such as `model.view(x)`. (A BatchView is as good as lent.)
template <class X>
bool is_unowned_tensor(const X& x) {
    if constexpr (requires {
                      x.batch_view();
                      x.owner();
                  })
        return !x.owner();
    else
        return false;
}

/// Input K of a model, as its kernels see it.
template <class Model, Size K>
struct InputOf {
    using N = Network<typename Model::network_type>;
    using Device = typename Model::device_type;
    using Scalar = InputScalar<N, typename Model::value_type, K>;
    using S = typename N::template InputShapeOf<K>;
    using View = BatchView<const Scalar, Device, S>;
    static constexpr bool any_shape = K == 0 && N::graph.any_shape;

    /// The number of samples. Throws ShapeError when they have another shape.
    template <class X>
    static Size count(const X& x) {
        if constexpr (!std::is_void_v<decltype(batch_of(x))>) {
            return batch_of(x).batch;
        } else if constexpr (TensorLike<X>) {
            check_shape<S, any_shape>("the input", "the network takes", x.shape());
            return static_cast<Size>(x.shape()[0]);
        } else {
            return 0;
        }
    }
    template <class X>
    static Size count(const Borrowed<X>& x) {
        return count(x.get());
    }

    /// A batch where it lies, or in `room`: so is what kernels cannot read as it is, what shows memory that the
    /// pass itself may overwrite, and, where it is to be kept until the backward pass, whatever others could
    /// dispose of. Throws ShapeError when it has another shape.
    template <class X, class Room>
    static View take(const X& x, Room& room, bool kept) {
        using Batch = decltype(batch_of(x));
        constexpr bool it_is_a_batch = !std::is_void_v<Batch>;
        constexpr bool the_input_is_a_tensor = it_is_a_batch || TensorLike<X>;
        static_assert(
            the_input_is_a_tensor,
            "strata: a batch is an xtensor container, view or expression, or what a DataLoader yields; "
            "xt::adapt(vector, {batch, size}) makes one of a std::vector (docs/errors.md#batch)");
        View view{};
        if constexpr (it_is_a_batch) {
            using Problem = decltype(find_batch_problem<Device, Scalar, S, any_shape, Batch>());
            [[maybe_unused]] RefuseUnlessBatchFits<Problem> refused_here;
            if constexpr (std::is_same_v<Problem, no_error>) view = {batch_of(x).data, batch_of(x).batch};
        } else if constexpr (the_input_is_a_tensor) {
            using Problem = decltype(find_indices_problem<Scalar, X>());
            [[maybe_unused]] RefuseUnlessBatchFits<Problem> refused_here;
            if constexpr (std::is_same_v<Problem, no_error>)
                view = Device::template input_batch<Scalar, S, any_shape>(x, room.staging, kept);
        }
        if (is_unowned_tensor(x)) {
            room.staging.resize(view.size());
            Device{}.copy(view.data, room.staging.data(), view.size());
            view.data = room.staging.data();
        }
        if (kept || Device::reads_later) room.owner = owner_of(x);
        return view;
    }
    template <class X, class Room>
    static View take(const Borrowed<X>& x, Room& room, bool) {
        return take(x.get(), room, false);
    }
};

/// The number of samples of all inputs, a tuple of references. Throws ShapeError when their shapes are wrong,
/// when they differ in their number, and when there are none: before anything is written.
template <class Model, class Tuple>
Size count_inputs(const Tuple& x) {
    constexpr Size given = std::tuple_size_v<Tuple>;
    constexpr bool there_are_as_many_batches_as_inputs = given == Model::input_count;
    static_assert(there_are_as_many_batches_as_inputs || !Network<typename Model::network_type>::fits,
                  "strata: the network takes another number of inputs (docs/errors.md#inputs)");
    Size counts[max_inputs] = {1};
    if constexpr (there_are_as_many_batches_as_inputs) [&]<Size... K>(std::index_sequence<K...>) {
            ((counts[K] = InputOf<Model, K>::count(std::get<K>(x))), ...);
        }
    (std::make_index_sequence<given>{});
    for (Size k = 1; k < Model::input_count; ++k)
        if (counts[k] != counts[0])
            throw ShapeError(
                message("strata: input ", k, " has ", counts[k], " samples, and input 0 has ", counts[0]));
    if (counts[0] == 0) throw ShapeError("strata: a batch has at least one sample; this one is empty");
    return counts[0];
}

/// All inputs, which have been counted, as kernels see them; with `kept`, safe until the backward pass is done.
template <class Model, class Tuple, class Rooms, class N = Network<typename Model::network_type>>
Inputs<N, typename Model::value_type> take_inputs(const Tuple& x, Rooms& rooms, bool kept) {
    Inputs<N, typename Model::value_type> inputs;
    if constexpr (std::tuple_size_v<Tuple> == Model::input_count) [&]<Size... K>(std::index_sequence<K...>) {
            const auto take = [&](auto& data, auto view) {
                data = view.data;
                inputs.batch = view.batch;
            };
            (take(get<K>(inputs.data),
                  InputOf<Model, K>::take(std::get<K>(x), get<K>(rooms.of), kept && input_is_kept<N, K>)),
             ...);
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
template <class X>
auto batches_of_step(const X& x) {
    if constexpr (is_tuple<X>)
        return x;
    else
        return std::tuple<const X&>(x);
}

}  // namespace strata::detail
