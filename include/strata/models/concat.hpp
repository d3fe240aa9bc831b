#pragma once
// y = (f(x), g(x), ...), one behind the other along the first extent of a sample, the channels of images:
// `Concat<Sequential<...>, Conv2d<32, 1>, Identity>`. Children are numbered, "0.weight".
//
// Shapes: what the branches give, alike but for the first extent.
// Source: C. Szegedy et al., Going deeper with convolutions, 2014 (Inception); G. Huang et al., 2016
// (DenseNet).

#include <strata/layers/functions/cat.hpp>
#include <strata/models/sequential.hpp>

namespace strata {

template <class... Branches>
class Concat : public Sequential<Branches...> {
public:
    using Sequential<Branches...>::Sequential;

    static constexpr detail::Wires run(const detail::LayerHandle* branches, Size count,
                                       const detail::Wires& x) {
        Value parts[sizeof...(Branches) + 1];
        for (Size i = 0; i < count; ++i) parts[i] = branches[0].trace->joined(branches[i](x));
        return {{detail::cat(parts, count, 1).id}, 1};
    }
};

}  // namespace strata
