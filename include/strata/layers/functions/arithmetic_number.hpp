#pragma once
// Arithmetic of a value and a number, in the forward of a module: x + 2, 1 - x, -x, 3 * x, x / 2, 1 / x.
//
// Shapes: any -> the same. The number is rounded to the scalar type of the model first.
// Source: torch.add, torch.sub, torch.rsub, torch.mul, torch.div, torch.neg.

#include <strata/core/math.hpp>
#include <strata/core/network/trace.hpp>

namespace strata {

/// y = x + number
struct AddNumber {
    double number = 0;

    static constexpr LayerTraits traits = {.in_place = true};
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
    static constexpr bool passes_gradient(const Operand*, Size, Size) { return true; }

    struct Function {
        double number;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            return x + V(number);
        }
    };

    void forward(auto& device, auto x, auto y) const { device.map(Function{number}, y, x); }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx) {
        device.copy(dy.data, dx.data, dy.size());
    }
};

/// y = number x
struct MulNumber {
    double number = 1;

    static constexpr LayerTraits traits = {.in_place = true};
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        double number;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            return V(number) * x;
        }
    };

    void forward(auto& device, auto x, auto y) const { device.map(Function{number}, y, x); }
    void backward_input(auto& device, auto, auto, auto dy, auto dx) const {
        device.map(Function{number}, dx, dy);
    }
};

/// y = x / number
struct DivNumber {
    double number = 1;

    static constexpr LayerTraits traits = {.in_place = true};
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        double number;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            return x / V(number);
        }
    };

    void forward(auto& device, auto x, auto y) const { device.map(Function{number}, y, x); }
    void backward_input(auto& device, auto, auto, auto dy, auto dx) const {
        device.map(Function{number}, dx, dy);
    }
};

/// y = number - x
struct NumberSub {
    double number = 0;

    static constexpr LayerTraits traits = {.in_place = true};
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        double number;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            return V(number) - x;
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy) const {
            return -dy;
        }
    };

    void forward(auto& device, auto x, auto y) const { device.map(Function{number}, y, x); }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx) { device.map(Gradient{}, dx, dy); }
};

/// y = number / x
struct NumberDiv {
    double number = 1;

    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        double number;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            return V(number) / x;
        }
    };
    struct Gradient {
        double number;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& dy) const {
            return -dy * (V(number) / x / x);
        }
    };

    void forward(auto& device, auto x, auto y) const { device.map(Function{number}, y, x); }
    void backward_input(auto& device, auto x, auto, auto dy, auto dx) const {
        device.map(Gradient{number}, dx, x, dy);
    }
};

template <math::Scalar N>
constexpr Value operator+(Value x, N number) {
    return apply_with<AddNumber>({1, {static_cast<double>(number)}}, x);
}
template <math::Scalar N>
constexpr Value operator+(N number, Value x) {
    return x + number;
}
template <math::Scalar N>
constexpr Value operator-(Value x, N number) {
    return apply_with<AddNumber>({1, {-static_cast<double>(number)}}, x);
}
template <math::Scalar N>
constexpr Value operator-(N number, Value x) {
    return apply_with<NumberSub>({1, {static_cast<double>(number)}}, x);
}
template <math::Scalar N>
constexpr Value operator*(Value x, N number) {
    return apply_with<MulNumber>({1, {static_cast<double>(number)}}, x);
}
template <math::Scalar N>
constexpr Value operator*(N number, Value x) {
    return x * number;
}
template <math::Scalar N>
constexpr Value operator/(Value x, N number) {
    return apply_with<DivNumber>({1, {static_cast<double>(number)}}, x);
}
template <math::Scalar N>
constexpr Value operator/(N number, Value x) {
    return apply_with<NumberDiv>({1, {static_cast<double>(number)}}, x);
}
constexpr Value operator-(Value x) { return x * -1; }
constexpr Value operator+(Value x) { return x; }

/// 1 / x
constexpr Value reciprocal(Value x) { return 1 / x; }

}  // namespace strata
