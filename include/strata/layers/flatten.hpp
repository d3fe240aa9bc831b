#pragma once
// All extents of a sample as one row. Costs nothing: the memory is the same.
//
// Shapes: (A, B, ...) -> (A * B * ...).
// Source: torch.nn.Flatten with its default start_dim = 1.

#include <strata/core/network/layer.hpp>
#include <strata/core/network/trace.hpp>

namespace strata {

struct Flatten {
    static constexpr LayerTraits traits = {.view = true, .any_shape_in = true, .kind = OutputKind::inherited};

    static constexpr ShapeOutcome output_shape(Dims given) { return accept(dims(given.elements())); }
};

constexpr Value flatten(Value x) { return apply<Flatten>(x); }

}  // namespace strata
