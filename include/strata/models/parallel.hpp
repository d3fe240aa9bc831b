#pragma once
// Several heads on one input: y = (f(x), g(x), ...). `auto [classes, box] = model(x);`
//
// Shapes: each branch has its own. Children are numbered, "0.weight".

#include <strata/models/sequential.hpp>

namespace strata {

template <class... Branches>
class Parallel : public Sequential<Branches...> {
public:
    using Sequential<Branches...>::Sequential;

    static constexpr detail::Wires run(const detail::LayerHandle* branches, Size count,
                                       const detail::Wires& x) {
        detail::Wires out;
        for (Size i = 0; i < count; ++i) {
            const detail::Wires branch = branches[i](x);
            for (Size k = 0; k < branch.count; ++k) out.add(branch.id[k]);
        }
        return out;
    }
};

}  // namespace strata
