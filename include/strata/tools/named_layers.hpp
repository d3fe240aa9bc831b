#pragma once
// The layers and modules that a network is made of, each with its name; and a network whose user states the
// shapes of its inputs.

#include <strata/core/config.hpp>
#include <strata/core/network/names.hpp>
#include <strata/core/network/network.hpp>
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
    std::string name;
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

/// Writes down all layers in the order of their numbers.
struct LayerList {
    std::vector<NamedLayer> layers;

    template <class Layer>
    [[gnu::cold]] void visit(const NamePath& path) {
        if constexpr (OwnParameter<Layer>)
            add(NamePath(path, Layer::parameters(Dims{}).items[0].name, 0), "Parameter");
        else
            add(traits_of<Layer>().unnamed ? NamePath{} : path,
                layer_name<typename WithoutShapes<Layer>::type>());
    }

private:
    [[gnu::cold]] void add(const NamePath& path, std::string text);
};
template <class Net>
[[gnu::cold]] std::vector<NamedLayer> list_layers() {
    LayerList list;
    visit_names<Net>(list, NamePath{});
    return std::move(list.layers);
}

}  // namespace strata::detail

#if STRATA_HAS_BODIES
namespace strata::detail {

[[gnu::noinline]] STRATA_FUNCTION void LayerList::add(const NamePath& path, std::string text) {
    std::string name(path.length, ' ');
    path.write(name.data());
    layers.push_back({std::move(name), std::move(text)});
}

}  // namespace strata::detail
#endif
