#pragma once
// y = x. Costs nothing: the memory is the same.
//
// Shapes: any -> the same.
// Source: torch.nn.Identity.

#include <strata/core/network/layer.hpp>

namespace strata {

struct Identity {
    static constexpr LayerTraits traits = {.view = true, .kind = OutputKind::inherited};

    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
};

}  // namespace strata
