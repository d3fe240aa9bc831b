#pragma once
// States the shape of one sample at the front of a network: `Sequential<Input<1, 28, 28>, Flatten,
// Linear<10>>`.
//
// Shapes: (Extents...) -> (Extents...). It does not count in the names of parameters: the first layer behind
// it is "0", as in a PyTorch network without it.

#include <strata/core/network/diagnostics.hpp>

namespace strata {

template <Size... Extents>
struct Input {
    static constexpr Reason wrong_arguments = sizeof...(Extents) > 0 && ((Extents > 0) && ...)
                                                  ? Reason{nullptr}
                                                  : Reason{
                                                        &it_takes_the_extents_of_one_sample_each_at_least_1};

    static constexpr LayerTraits traits = {.view = true, .unnamed = true, .kind = OutputKind::inherited};

    static constexpr ShapeOutcome output_shape(Dims given) {
        if (given != dims(Extents...)) return refuse(&it_takes_exactly, dims(Extents...));
        return accept(given);
    }
    static constexpr Dims input_shape() { return dims(Extents...); }
};

}  // namespace strata
