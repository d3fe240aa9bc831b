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

namespace strata {

struct PaddingIndex {
    long long index = 0;
};
template <auto Index>
inline constexpr PaddingIndex padding_index{static_cast<long long>(Index)};

inline void write_Embedding_NumEmbeddings_Dim__and_padding_index_behind_them() {}
inline void both_its_sizes_must_be_at_least_1() {}
inline void its_padding_index_must_be_below_the_number_of_embeddings() {}
inline void it_takes_indices_of_fewer_extents_than() {}

namespace detail {

// Overloads, because nvcc 13 does not know the type of an option among a template's arguments.
constexpr bool is_padding_index(PaddingIndex) { return true; }
template <class Other>
constexpr bool is_padding_index(const Other&) {
    return false;
}
constexpr long long padding_row(PaddingIndex option, long long count) {
    return option.index < 0 ? option.index + count : option.index;
}
template <class Other>
constexpr long long padding_row(const Other&, long long) {
    return -1;
}

}  // namespace detail

template <auto NumEmbeddings, auto Dim, auto... Options>
struct Embedding {
    static constexpr long long requested_padding = [] {
        long long index = -1;
        ((index = detail::padding_row(Options, static_cast<long long>(NumEmbeddings))), ...);
        return index;
    }();
    static constexpr Reason wrong_arguments = [] {
        if (!(std::is_integral_v<decltype(NumEmbeddings)> && std::is_integral_v<decltype(Dim)> &&
              (detail::is_padding_index(Options) && ...) && sizeof...(Options) <= 1))
            return Reason{&write_Embedding_NumEmbeddings_Dim__and_padding_index_behind_them};
        if (static_cast<long long>(NumEmbeddings) < 1 || static_cast<long long>(Dim) < 1)
            return Reason{&both_its_sizes_must_be_at_least_1};
        if (sizeof...(Options) > 0 &&
            (requested_padding < 0 || requested_padding >= static_cast<long long>(NumEmbeddings)))
            return Reason{&its_padding_index_must_be_below_the_number_of_embeddings};
        return Reason{nullptr};
    }();
    static constexpr bool sound = wrong_arguments == nullptr;
    static constexpr Size num_embeddings = sound ? static_cast<Size>(NumEmbeddings) : 1;
    static constexpr Size dim = sound ? static_cast<Size>(Dim) : 1;
    /// -1: there is none.
    static constexpr std::int64_t padding = sound ? requested_padding : -1;

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
