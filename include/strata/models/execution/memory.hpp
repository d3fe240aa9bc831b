#pragma once
// The memory that a pass over a network works on, and the small functors of its own.

#include <cstdint>
#include <strata/core/network/network.hpp>
#include <strata/core/operations/replay_key.hpp>
#include <strata/core/tensor.hpp>

namespace strata::detail {

/// Which gradients are wanted when some parameters are frozen. One flag for each value, whether its gradient
/// is computed, and one for each row of the parameter table.
struct Wanted {
    const bool* values = nullptr;  ///< null: all
    const bool* rows = nullptr;
};

/// Input K holds numbers, or indices for a network that begins with a table (Embedding).
template <class N, class T, Size K>
using InputScalar = std::conditional_t<N::graph.values[K].indices, std::int64_t, T>;

/// Where the inputs of a pass lie, and how many samples they have. `N` is a Network.
template <class N, class T, class Indices = std::make_index_sequence<N::inputs>>
struct Inputs;
template <class N, class T, Size... K>
struct Inputs<N, T, std::index_sequence<K...>> {
    Slots<const InputScalar<N, T, K>*...> data;
    Size batch = 0;

    /// As addresses that a recorded step is found by.
    void write_addresses(const void** to) const { ((to[K] = get<K>(data)), ...); }
};

/// The memory that one pass over a network works on. `N` is a Network.
template <class N, class Device, class T>
struct Memory {
    Device& device;
    Inputs<N, T> inputs;      ///< the batches as the caller gave them
    T* parameters;            ///< the flat buffer; written only where it holds buffers, in training
    T* gradients;             ///< its twin; null in inference
    T* arena;                 ///< activations
    Size capacity;            ///< samples that the arena was laid out for
    bool accumulate = false;  ///< add to the gradients instead of overwriting them
    Wanted wanted = {};

    Size batch() const { return inputs.batch; }
};

/// What recorded work on this memory is found by.
template <class N, class Device, class T>
ReplayKey replay_key(const Memory<N, Device, T>& m, const void* target, Size options, Size source = 0) {
    ReplayKey key{{}, target, m.parameters, m.gradients, m.arena, m.batch(), m.capacity, options, source};
    m.inputs.write_addresses(key.inputs);
    return key;
}

enum class Pass { training, inference };

struct Plus {
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& a, const V& b) const {
        return a + b;
    }
};

struct MultiplyBy {
    double factor;
    template <class V>
    STRATA_HOST_DEVICE void operator()(V& x) const {
        x *= V(factor);
    }
};

/// A number that becomes a member of a layer, whatever its type.
struct AnyNumber {
    double value;
    template <class M>
    constexpr operator M() const {
        return static_cast<M>(value);
    }
};

}  // namespace strata::detail
