#pragma once
// maximum(a, b), minimum(a, b): element by element, in the forward of a module. NaN where either is.
//
// Shapes: those that broadcast (layers/shared/broadcast.hpp) -> what they broadcast to.
// Gradient: dy goes to the operand that is taken; where both are equal, half of it to each.
// Source: torch.maximum.

#include <strata/core/math.hpp>
#include <strata/layers/shared/broadcast.hpp>

namespace strata {

struct Maximum : detail::Broadcasting<Maximum> {
    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& a, const V& b) const {
            using namespace math;
            return select(b == b, max(a, b), b);
        }
    };
    template <Size K>
    struct Gradient {
        static constexpr detail::Reads reads = detail::Reads::both;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy, const V& a, const V& b) const {
            using namespace math;
            const V taken = select(a == b, V(0.5) * dy, dy);
            if constexpr (K == 0)
                return select(a < b, V(0), taken);
            else
                return select(b < a, V(0), taken);
        }
    };
};

struct Minimum : detail::Broadcasting<Minimum> {
    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& a, const V& b) const {
            using namespace math;
            return select(b == b, min(a, b), b);
        }
    };
    template <Size K>
    struct Gradient {
        static constexpr detail::Reads reads = detail::Reads::both;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy, const V& a, const V& b) const {
            // The smaller one is the larger one of the opposites.
            return Maximum::Gradient<K>{}(dy, -a, -b);
        }
    };
};

constexpr Value maximum(Value a, Value b) { return apply<Maximum>(a, b); }
constexpr Value minimum(Value a, Value b) { return apply<Minimum>(a, b); }

}  // namespace strata
