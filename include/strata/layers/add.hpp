#pragma once
// y = a + b, in forward: `a + b`.
//
// Shapes: both the same.
// Source: torch.add.

#include <strata/core/math.hpp>
#include <strata/core/trace.hpp>

namespace strata {

inline void both_have_the_same_shape() {}

struct Add {
    static constexpr Size operand_count = 2;
    static constexpr LayerTraits traits = {.in_place = true};

    static constexpr JoinOutcome join(const Operand* given, Size) {
        if (given[0] != given[1]) return {{}, &both_have_the_same_shape, given[0].dims};
        return {given[0], nullptr, {}};
    }
    static constexpr bool passes_gradient(const Operand*, Size, Size) { return true; }

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& a, const V& b) const {
            return a + b;
        }
    };

    static void forward(auto& device, auto y, auto a, auto b) { device.map(Function{}, y, a, b); }
    template <Size K>
    static void backward_operand(auto& device, auto, auto dy, auto dx, auto, auto) {
        device.copy(dy.data, dx.data, dy.size());
    }
};

constexpr Value operator+(Value a, Value b) { return apply<Add>(a, b); }

}  // namespace strata
