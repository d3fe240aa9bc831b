#pragma once
// exp(x), log(x), sqrt(x), rsqrt(x), abs(x), square(x), sin(x), cos(x), in the forward of a module.
//
// Shapes: any -> the same.
// Gradients are PyTorch's; that of abs at 0 is 0.
// Source: torch.exp and so on.

#include <strata/core/math.hpp>
#include <strata/core/network/trace.hpp>

namespace strata {

namespace detail {

/// y = Function(x), and dx = Gradient(dy, what `traits` keeps).
template <class Own>
struct Pointwise {
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
    static void forward(auto& device, auto x, auto y) { device.map(typename Own::Function{}, y, x); }
    static void backward_input(auto& device, auto x, auto y, auto dy, auto dx) {
        if constexpr (Own::traits.keeps == Keeps::input)
            device.map(typename Own::Gradient{}, dx, dy, x);
        else
            device.map(typename Own::Gradient{}, dx, dy, y);
    }
};

}  // namespace detail

/// y = e^x
struct Exp : detail::Pointwise<Exp> {
    static constexpr LayerTraits traits = {.keeps = Keeps::output, .in_place = true};
    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return exp(x);
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy, const V& y) const {
            return dy * y;
        }
    };
};

/// The natural logarithm: minus infinity at 0, NaN below.
struct Log : detail::Pointwise<Log> {
    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};
    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return log(x);
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy, const V& x) const {
            return dy / x;
        }
    };
};

struct Sqrt : detail::Pointwise<Sqrt> {
    static constexpr LayerTraits traits = {.keeps = Keeps::output, .in_place = true};
    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return sqrt(x);
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy, const V& y) const {
            return dy / (V(2) * y);
        }
    };
};

/// 1 / sqrt(x): infinite at 0, NaN below.
struct Rsqrt : detail::Pointwise<Rsqrt> {
    static constexpr LayerTraits traits = {.keeps = Keeps::output, .in_place = true};
    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return V(1) / sqrt(x);
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy, const V& y) const {
            return V(-0.5) * dy * y * y * y;
        }
    };
};

struct Abs : detail::Pointwise<Abs> {
    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};
    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return abs(x);
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy, const V& x) const {
            using namespace math;
            return select(x > V(0), dy, select(x < V(0), -dy, V(0)));
        }
    };
};

struct Square : detail::Pointwise<Square> {
    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};
    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            return x * x;
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy, const V& x) const {
            return dy * (V(2) * x);
        }
    };
};

struct Sin : detail::Pointwise<Sin> {
    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};
    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return sin(x);
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy, const V& x) const {
            using namespace math;
            return dy * cos(x);
        }
    };
};

struct Cos : detail::Pointwise<Cos> {
    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};
    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace math;
            return cos(x);
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& dy, const V& x) const {
            using namespace math;
            return -dy * sin(x);
        }
    };
};

constexpr Value exp(Value x) { return apply<Exp>(x); }
constexpr Value log(Value x) { return apply<Log>(x); }
constexpr Value sqrt(Value x) { return apply<Sqrt>(x); }
constexpr Value rsqrt(Value x) { return apply<Rsqrt>(x); }
constexpr Value abs(Value x) { return apply<Abs>(x); }
constexpr Value square(Value x) { return apply<Square>(x); }
constexpr Value sin(Value x) { return apply<Sin>(x); }
constexpr Value cos(Value x) { return apply<Cos>(x); }

}  // namespace strata
