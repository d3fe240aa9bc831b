#pragma once
// y = the row of a table that each index names
//
// Shapes: (T) indices -> (T, Dim), and any other shape likewise; `Embedding<Num, Dim>` has Num rows of Dim.
// The input is whole numbers (std::int64_t), so it stands at the front of a network.
// Options: `padding_index<I>` behind the sizes: row I is zero initially and gets no gradient; I < 0 counts
// from the end, as in PyTorch.
//
// An index that is negative or not below Num: on the Cpu ValueError, before anything is written. A device
// that works on its own cannot refuse; there the row becomes NaN, so that the loss is refused as not finite,
// and no gradient comes of it.
//
// Parameters: weight (Num, Dim). Initial values: N(0, 1).
// Source: torch.nn.Embedding. Its other options (max_norm, scale_grad_by_freq, sparse) are not offered.

#include <cstdint>
#include <strata/core/network/diagnostics.hpp>
#include <strata/init/constant.hpp>
#include <strata/init/normal.hpp>
#include <strata/layers/shared/arguments.hpp>

namespace strata {

struct PaddingIndex {
    long long index = 0;
};
template <auto Index>
inline constexpr PaddingIndex padding_index{static_cast<long long>(Index)};

inline void write_Embedding_NumEmbeddings_Dim_then_padding_index() {}
inline void its_padding_index_must_be_below_the_number_of_embeddings() {}
inline void it_takes_indices_of_fewer_extents_than() {}

namespace detail {

/// The row of a padding index, which counts from the end if it is negative; -1 if there is none.
constexpr long long padding_row(const LayerArguments<PaddingIndex>& arguments) {
    if (!arguments.has<PaddingIndex>()) return -1;
    const long long index = arguments.option(PaddingIndex{}).index;
    return index < 0 ? index + static_cast<long long>(arguments.size(0, 1)) : index;
}

}  // namespace detail

template <auto... Arguments>
struct Embedding {
    static constexpr LayerArguments<PaddingIndex> arguments = [] {
        LayerArguments<PaddingIndex> all{{.least = 2, .most = 2}, Arguments...};
        const long long row = detail::padding_row(all);
        if (all.has<PaddingIndex>() && (row < 0 || row >= static_cast<long long>(all.size(0, 1))))
            all.refuse(&its_padding_index_must_be_below_the_number_of_embeddings);
        return all;
    }();
    static constexpr Reason wrong_arguments = arguments.wrong;
    static constexpr Reason usage = &write_Embedding_NumEmbeddings_Dim_then_padding_index;
    static constexpr Size num_embeddings = arguments.size(0, 1);
    static constexpr Size dim = arguments.size(1, 1);
    /// -1: there is none.
    static constexpr std::int64_t padding = detail::padding_row(arguments);

    static constexpr bool takes_indices = true;
    static constexpr LayerTraits traits = {.keeps = Keeps::input};

    static constexpr ShapeOutcome output_shape(Dims given) {
        if (given.rank == max_rank) return refuse(&it_takes_indices_of_fewer_extents_than, given);
        Dims result = given;
        result.extent[result.rank++] = dim;
        return accept(result);
    }
    static constexpr Dims input_shape() { return dims(0); }
    static constexpr auto parameters(Dims) { return parameter_list({{"weight", dims(num_embeddings, dim)}}); }

    static void initialize(Generator& generator, auto weight) {
        init::normal_(weight.data, weight.size(), 0, 1, generator);
        if constexpr (padding >= 0) init::constant_(weight.data + static_cast<Size>(padding) * dim, dim, 0);
    }

    static void forward(auto& device, auto indices, auto y, auto weight) {
        device.embedding(indices, weight, y);
    }

    static void backward_parameters(auto& device, auto indices, auto, auto dy, auto dweight) {
        device.embedding_gradient(indices, dy, padding, dweight);
    }
};

}  // namespace strata
