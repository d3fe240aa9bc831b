#pragma once
// y = x[:, ..., Index, ...]: one place of one extent. `Select<1, -1>` is the last time step of a sequence.
//
// Shapes: (..., A, ...) -> (..., ...): the extent `Dim` goes away. (T, H) -> (H) with Select<1, -1>.
// Dim counts as in PyTorch, where 0 is the batch (which is not to be selected from); negative ones and
// negative indices count from the end.
// Gradient: dy there, 0 elsewhere.
// Source: torch.select, x[:, Index].

#include <strata/layers/functions/slice.hpp>

namespace strata {

template <int Dim, int Index>
struct Select {
    static constexpr Reason wrong_arguments =
        Dim != 0 ? Reason{nullptr} : Reason{&dim_0_is_the_batch_and_it_takes_a_dim_of_the_sample};

    static constexpr LayerTraits traits = {.moves = true, .kind = OutputKind::inherited};

    static constexpr detail::SelectedPlace place(Dims given) {
        return {detail::from_end(given.rank, true, Dim), Index};
    }
    static constexpr ShapeOutcome output_shape(Dims given) { return place(given).output_shape(given); }

    static void forward(auto& device, auto x, auto y) { place(decltype(x)::dims).read(device, y, x); }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx) {
        place(decltype(dx)::dims).spread(device, dy, dx);
    }
};

}  // namespace strata
