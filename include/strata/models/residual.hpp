#pragma once
// y = x + f(x), where f is the layers one after the other: `Residual<Conv2d<64, 3, padding<1>>, ReLU>`. The
// parameters are named as in a Sequential of these layers. For a shortcut that is not the identity there is
// `Sum<Sequential<...>, Conv2d<128, 1, stride<2>>>`.
//
// Shapes: any -> the same; layers that change the shape are refused.
// Source: K. He et al., Deep residual learning, 2015.

#include <strata/layers/functions/arithmetic.hpp>
#include <strata/models/sequential.hpp>

namespace strata {

template <class... Layers>
class Residual : public Sequential<Layers...> {
public:
    using Sequential<Layers...>::Sequential;

    static constexpr detail::Wires run(const detail::LayerHandle* layers, Size count,
                                       const detail::Wires& x) {
        const detail::Wires branch = Sequential<Layers...>::run(layers, count, x);
        detail::Trace* const trace = layers[0].trace;
        return {{(trace->joined(x) + trace->joined(branch)).id}, 1};
    }
};

/// y = f(x) + g(x) + ...: `Sum<Sequential<...>, Identity>`. Children are numbered, "0.0.weight".
template <class... Branches>
class Sum : public Sequential<Branches...> {
public:
    using Sequential<Branches...>::Sequential;

    static constexpr detail::Wires run(const detail::LayerHandle* branches, Size count,
                                       const detail::Wires& x) {
        detail::Trace* const trace = branches[0].trace;
        Value sum = trace->joined(branches[0](x));
        for (Size i = 1; i < count; ++i) sum = sum + trace->joined(branches[i](x));
        return {{sum.id}, 1};
    }
};

}  // namespace strata
