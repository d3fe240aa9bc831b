#pragma once
// y = a sigmoid(b), where a and b are the two halves of x
//
// Shapes: (..., 2 N, ...) -> (..., N, ...): the halves of the extent `Dim`, as in PyTorch counted from 1 behind the batch,
// or from the end if it is negative. `GLU<>` halves the last one.
// A layer made of functions: `glu(x, dim)` does the same in the forward of a module.
// Source: torch.nn.GLU; Y. Dauphin, A. Fan, M. Auli, D. Grangier, "Language Modeling with Gated Convolutional
// Networks", ICML 2017.

#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/slice.hpp>
#include <strata/layers/sigmoid.hpp>
#include <strata/models/module.hpp>

namespace strata {

constexpr Value glu(Value x, int dim = -1) {
    const auto [a, b] = chunk<2>(x, dim);
    return a * sigmoid(b);
}

template <int Dim = -1>
struct GLU : Module<> {
    static constexpr auto forward(auto x) { return glu(x, Dim); }
};

}  // namespace strata
