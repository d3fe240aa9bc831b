#pragma once
// The factor by which a nonlinearity asks for larger weights.
//
//   linear 1   sigmoid 1   tanh 5/3   relu sqrt(2)   leaky_relu sqrt(2 / (1 + slope^2))   selu 3/4
//
// Source: https://pytorch.org/docs/1.13/nn.init.html#torch.nn.init.calculate_gain

#include <cmath>
#include <strata/core/config.hpp>

namespace strata::init {

/// `linear` stands for convolutions too.
enum class Nonlinearity { linear, sigmoid, tanh, relu, leaky_relu, selu };

/// The gain of a nonlinearity; `negative_slope` counts for leaky_relu only.
double calculate_gain(Nonlinearity nonlinearity, double negative_slope = 0.01);

}  // namespace strata::init

#if STRATA_HAS_BODIES
namespace strata::init {

STRATA_FUNCTION double calculate_gain(Nonlinearity nonlinearity, double negative_slope) {
    switch (nonlinearity) {
    case Nonlinearity::linear:
    case Nonlinearity::sigmoid:
        return 1.0;
    case Nonlinearity::tanh:
        return 5.0 / 3.0;
    case Nonlinearity::relu:
        return std::sqrt(2.0);
    case Nonlinearity::leaky_relu:
        return std::sqrt(2.0 / (1.0 + negative_slope * negative_slope));
    case Nonlinearity::selu:
        return 3.0 / 4.0;
    }
    return 1.0;
}

}  // namespace strata::init
#endif
