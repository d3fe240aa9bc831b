#pragma once
// A network with probes behind its inputs, so that the gradients of the inputs can be seen.

#include <strata/tools/named_layers.hpp>

namespace strata::detail {

/// y = x, and a copy of dy for whoever checks it. It says that it has a parameter, so that a gradient comes.
struct GradientProbe {
    void* gradient = nullptr;

    static constexpr LayerTraits traits = {.unnamed = true, .kind = OutputKind::inherited};
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
    static constexpr auto parameters(Dims) { return parameter_list({{"probe", dims(1)}}); }

    static void forward(auto& device, auto x, auto y, auto) { device.copy(x.data, y.data, x.size()); }
    void backward_parameters(auto& device, auto, auto, auto dy, auto) const {
        using T = std::remove_const_t<typename decltype(dy)::value_type>;
        device.copy(static_cast<const T*>(dy.data), static_cast<T*>(gradient), dy.size());
    }
};

template <class Net, class... Shapes>
struct ShapesOf {
    using input_shapes = InputShapes<Shapes...>;
};
template <class Net>
struct ShapesOf<Net> {};
template <class Net>
requires requires { typename Net::input_shapes; }
struct ShapesOf<Net> {
    using input_shapes = typename Net::input_shapes;
};

/// A network with a probe behind each of its inputs, but for those of whole numbers.
template <class Net, class Probes, class... Shapes>
struct Probed;
template <class Net, class... Probes, class... Shapes>
struct Probed<Net, TypeList<Probes...>, Shapes...> : ShapesOf<Net, Shapes...> {
    using Unprobed = Network<stated_t<Net, Shapes...>>;
    using children = TypeList<Net, Probes...>;
    static constexpr bool passes_its_name_on = true;

    static constexpr Wires run(const LayerHandle* layers, Size, Wires x) {
        Size probe = 1;
        for (Size k = 0; k < x.count; ++k)
            if (!Unprobed::graph.values[k].indices) x.id[k] = layers[probe++](Wires{{x.id[k]}, 1}).id[0];
        return layers[0](x);
    }
};

template <Size>
struct ProbeFor {  // a class, because nvcc 13 writes an alias out without its parameter
    using type = GradientProbe;
};
template <class N, Size... K>
auto probes_of(std::index_sequence<K...>) {
    constexpr Size count = (Size(0) + ... + Size(!N::graph.values[K].indices));
    return []<Size... P>(std::index_sequence<P...>) { return TypeList<typename ProbeFor<P>::type...>{}; }
    (std::make_index_sequence<count>{});
}
template <class Net, class... Shapes>
using probed_t = Probed<Net,
                        decltype(probes_of<Network<stated_t<Net, Shapes...>>>(
                            std::make_index_sequence<Network<stated_t<Net, Shapes...>>::inputs>{})),
                        Shapes...>;

}  // namespace strata::detail
