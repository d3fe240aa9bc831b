#pragma once
// y = x[:, ..., Index, ...]: one place of one extent. `Select<1, -1>` is the last time step of a sequence.
//
// Shapes: (..., A, ...) -> (..., ...): the extent `Dim` goes away. (T, H) -> (H) with Select<1, -1>.
// Dim counts as in PyTorch, where 0 is the batch (which is not to be selected from); negative ones and
// negative indices count from the end.
// Gradient: dy there, 0 elsewhere.
// Source: torch.select, x[:, Index].

#include <strata/core/network/diagnostics.hpp>
#include <strata/core/operations/strided.hpp>

namespace strata {

inline void dim_0_is_the_batch_and_Select_takes_a_dim_of_the_sample() {}
inline void its_dim_must_be_one_of_the_sample_where_the_largest_is() {}
inline void its_index_must_be_below_the_extent_that_it_selects_from() {}

template <int Dim, int Index>
struct Select {
    static constexpr Reason wrong_arguments =
        Dim != 0 ? Reason{nullptr} : Reason{&dim_0_is_the_batch_and_Select_takes_a_dim_of_the_sample};

    static constexpr LayerTraits traits = {.moves = true, .kind = OutputKind::inherited};

    static constexpr bool has_axis(Dims given) {
        const int rank = static_cast<int>(given.rank);
        return Dim >= -rank && Dim <= rank && Dim != 0;
    }
    static constexpr Size axis(Dims given) { return Dim < 0 ? given.rank - Size(-Dim) : Size(Dim) - 1; }
    static constexpr ShapeOutcome output_shape(Dims given) {
        if (!has_axis(given))
            return refuse(&its_dim_must_be_one_of_the_sample_where_the_largest_is, dims(given.rank));
        const Size at = axis(given), extent = given.extent[at];
        if (Index < 0 ? Size(-static_cast<long long>(Index)) > extent : Size(Index) >= extent)
            return refuse(&its_index_must_be_below_the_extent_that_it_selects_from, dims(extent));
        Dims result;
        for (Size i = 0; i < given.rank; ++i)
            if (i != at) result.extent[result.rank++] = given.extent[i];
        return accept(result);
    }

    struct Copy {
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& to, const V& from) const {
            to = from;
        }
    };

    /// The sample as (outer, extent, inner), and where the index lies in it.
    struct Position {
        Size outer = 1, inner = 1, extent = 1, offset = 0;
    };
    static constexpr Position place(Dims given) {
        Position result;
        const Size at = axis(given);
        result.extent = given.extent[at];
        for (Size i = 0; i < at; ++i) result.outer *= given.extent[i];
        for (Size i = at + 1; i < given.rank; ++i) result.inner *= given.extent[i];
        result.offset =
            (Index < 0 ? result.extent - Size(-static_cast<long long>(Index)) : Size(Index)) * result.inner;
        return result;
    }

    static void forward(auto& device, auto x, auto y) {
        using T = typename decltype(y)::value_type;
        constexpr Position at = place(decltype(x)::dims);
        const StridedRows<T> to{y.data, at.inner};
        const StridedRows<const T> from{x.data + at.offset, at.extent * at.inner};
        device.for_each_in_rows(x.batch * at.outer, at.inner, Copy{}, to, from);
    }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx) {
        using T = typename decltype(dx)::value_type;
        constexpr Position at = place(decltype(dx)::dims);
        device.fill(dx.data, dx.size(), T(0));
        const StridedRows<T> to{dx.data + at.offset, at.extent * at.inner};
        const StridedRows<const T> from{dy.data, at.inner};
        device.for_each_in_rows(dx.batch * at.outer, at.inner, Copy{}, to, from);
    }
};

}  // namespace strata
