#pragma once
// The memory that a pass over a network works on, and the small functors of its own.

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

/// The memory that one pass over a network works on.
template <class Device, class T>
struct Memory {
    Device& device;
    const void* inputs[max_inputs];  ///< the batches as the caller gave them
    T* parameters;                   ///< the flat buffer; written only where it holds buffers, in training
    T* gradients;                    ///< its twin; null in inference
    T* arena;                        ///< activations
    Size batch;                      ///< samples in this pass
    Size capacity;                   ///< samples that the arena was laid out for
    bool accumulate;                 ///< add to the gradients instead of overwriting them
    Wanted wanted = {};
};

/// What recorded work on this memory is found by.
template <class Device, class T>
ReplayKey replay_key(const Memory<Device, T>& m, const void* target, Size options, Size source = 0) {
    return {{m.inputs[0], m.inputs[1], m.inputs[2], m.inputs[3]},
            target,
            m.parameters,
            m.gradients,
            m.arena,
            m.batch,
            m.capacity,
            options,
            source};
}

enum class Pass { training, inference };

struct Sum {
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
