#pragma once
// Another shape for as many elements. Costs nothing: the memory is the same.
//
// Shapes: any of Extents * ... elements -> (Extents...).
// Source: torch.nn.Unflatten, torch.Tensor.reshape.

#include <strata/core/network/diagnostics.hpp>
#include <strata/core/network/trace.hpp>

namespace strata {

template <Size... Extents>
struct Reshape {
    static constexpr Reason wrong_arguments = sizeof...(Extents) > 0 && ((Extents > 0) && ...)
                                                  ? Reason{nullptr}
                                                  : Reason{
                                                        &it_takes_the_extents_of_one_sample_each_at_least_1};

    static constexpr LayerTraits traits = {.view = true, .any_shape_in = true, .kind = OutputKind::inherited};

    static constexpr ShapeOutcome output_shape(Dims given) {
        if (given.elements() != dims(Extents...).elements())
            return refuse(&it_takes_as_many_elements_as, dims(Extents...));
        return accept(dims(Extents...));
    }
    static constexpr Dims input_shape() { return dims(Extents...); }
};

/// reshape<3, 4>(x)
template <Size... Extents>
constexpr Value reshape(Value x) {
    return apply<Reshape<Extents...>>(x);
}

}  // namespace strata
