#pragma once
// The layers and modules that a network is made of, each with its name; and a network whose user states the
// shapes of its inputs.

#include <strata/core/network.hpp>
#include <strata/models/module.hpp>
#include <strata/tools/layer_name.hpp>
#include <string>
#include <vector>

namespace strata::detail {

/// A network whose user states the shapes of the inputs.
template <class Net, class... Shapes>
struct StatedNetwork : Net {
    using input_shapes = InputShapes<Shapes...>;
};
template <class Net, class... Shapes>
struct Stated {
    using type = StatedNetwork<Net, Shapes...>;
};
template <class Net>
struct Stated<Net> {
    using type = Net;
};
/// `Net`, or with shapes what is the same network and states them.
template <class Net, class... Shapes>
using stated_t = typename Stated<Net, Shapes...>::type;
template <class Net>
struct WithoutShapes {
    using type = Net;
};
template <class Net, class... Shapes>
struct WithoutShapes<StatedNetwork<Net, Shapes...>> {
    using type = Net;
};

/// Refuses another number of shapes than the network has inputs; none is all right.
template <class Net, class... Shapes>
constexpr bool check_shapes() {
    constexpr Size count = sizeof...(Shapes) == 0 ? no_index : input_count_of<Net>();
    constexpr bool there_are_as_many_shapes_as_inputs = count == no_index || count == sizeof...(Shapes);
    static_assert(there_are_as_many_shapes_as_inputs,
                  "strata: the network takes another number of inputs than there are shapes "
                  "(docs/errors.md#inputs)");
    return there_are_as_many_shapes_as_inputs;
}

/// A layer of a network, or a module around layers; all are numbered, each in front of its children.
struct NamedLayer {
    ParameterName name;
    std::string text;
};

template <class Layer>
constexpr Size count_layers();
template <class... Children>
constexpr Size count_layers(TypeList<Children...>) {
    return (Size(1) + ... + count_layers<Children>());
}
template <class Layer>
constexpr Size count_layers() {
    if constexpr (Composite<Layer>)
        return count_layers(typename Layer::children{});
    else
        return 1;
}

template <class Layer>
[[gnu::cold]] void list_layers(std::vector<NamedLayer>& list, const ParameterName& name);
template <class Parent, class... Children>
[[gnu::cold]] void list_children(TypeList<Children...>, std::vector<NamedLayer>& list,
                                 const ParameterName& name) {
    [[maybe_unused]] Size index = 0;  // of a module without layers
    ((list_layers<Children>(list, Parent::child_name(name, index)),
      index += traits_of<Children>().unnamed ? 0 : 1),
     ...);
}
template <class Layer>
void list_layers(std::vector<NamedLayer>& list, const ParameterName& name) {
    if constexpr (OwnParameter<Layer>)
        list.push_back({name.child(Layer::parameters(Dims{}).items[0].name), "Parameter"});
    else
        list.push_back({traits_of<Layer>().unnamed ? ParameterName{} : name,
                        layer_name<typename WithoutShapes<Layer>::type>()});
    if constexpr (Composite<Layer>) list_children<Layer>(typename Layer::children{}, list, name);
}

}  // namespace strata::detail
