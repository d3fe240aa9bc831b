#pragma once
// y = a + b, a - b, a * b, a / b of two values, in the forward of a module. With a number:
// arithmetic_number.hpp.
//
// Shapes: those that broadcast (layers/shared/broadcast.hpp) -> what they broadcast to.
// Source: torch.add, torch.sub, torch.mul, torch.div.

#include <strata/core/math.hpp>
#include <strata/layers/shared/broadcast.hpp>

namespace strata {

struct Add : detail::Broadcasting<Add> {
    static constexpr LayerTraits traits = {.in_place = true};

    static constexpr bool passes_gradient(const Operand* given, Size, Size operand) {
        return is_alike(given, operand);
    }

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& a, const V& b) const {
            return a + b;
        }
    };
    template <Size K>
    struct Gradient {
        static constexpr detail::Reads reads = detail::Reads::nothing;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy) const {
            return dy;
        }
    };
};

struct Sub : detail::Broadcasting<Sub> {
    static constexpr LayerTraits traits = {.in_place = true};

    static constexpr bool passes_gradient(const Operand* given, Size, Size operand) {
        return operand == 0 && is_alike(given, operand);
    }

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& a, const V& b) const {
            return a - b;
        }
    };
    template <Size K>
    struct Gradient {
        static constexpr detail::Reads reads = detail::Reads::nothing;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy) const {
            if constexpr (K == 0)
                return dy;
            else
                return -dy;
        }
    };
};

struct Mul : detail::Broadcasting<Mul> {
    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& a, const V& b) const {
            return a * b;
        }
    };
    template <Size K>
    struct Gradient {
        static constexpr detail::Reads reads = detail::Reads::the_other;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy, const V& other) const {
            return dy * other;
        }
    };
};

struct Div : detail::Broadcasting<Div> {
    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& a, const V& b) const {
            return a / b;
        }
    };
    template <Size K>
    struct Gradient {
        static constexpr detail::Reads reads = K == 0 ? detail::Reads::the_other : detail::Reads::both;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy, const V& b) const {
            return dy / b;
        }
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy, const V& a, const V& b) const {
            return -dy * (a / b / b);
        }
    };
};

constexpr Value operator+(Value a, Value b) { return apply<Add>(a, b); }
constexpr Value operator-(Value a, Value b) { return apply<Sub>(a, b); }
constexpr Value operator*(Value a, Value b) { return apply<Mul>(a, b); }
constexpr Value operator/(Value a, Value b) { return apply<Div>(a, b); }

/// `x += y`: x stands for the sum from there on.
template <class B>
constexpr Value& operator+=(Value& a, const B& b) {
    return a = a + b;
}
template <class B>
constexpr Value& operator-=(Value& a, const B& b) {
    return a = a - b;
}
template <class B>
constexpr Value& operator*=(Value& a, const B& b) {
    return a = a * b;
}
template <class B>
constexpr Value& operator/=(Value& a, const B& b) {
    return a = a / b;
}

}  // namespace strata
