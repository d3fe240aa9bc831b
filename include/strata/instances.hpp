#pragma once
// Instances of elementwise kernels and sums in the compiled part, for what most networks have: the rules of optimizers,
// activations and arithmetic, in float. Kernels that know extents at run time name their instances beside themselves.

#include <strata/core/config.hpp>

#ifdef STRATA_INSTANCE
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/dropout.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/arithmetic_number.hpp>
#include <strata/layers/gelu.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/sigmoid.hpp>
#include <strata/layers/tanh.hpp>
#include <strata/models/execution/memory.hpp>
#include <strata/models/parameter.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/optimizers/adamw.hpp>
#include <strata/optimizers/sgd.hpp>

namespace strata::cpu {

using In = const float*;
using Out = float*;

// Updates: p, its gradient, states.
STRATA_INSTANCE void MapOperations::for_each(Size, const Adam::Rule&, Out, In, Out, Out);
STRATA_INSTANCE void MapOperations::for_each(Size, const Adam::Rule&, Out, In, Out, Out, Out);
STRATA_INSTANCE void MapOperations::for_each(Size, const AdamW::Rule&, Out, In, Out, Out);
STRATA_INSTANCE void MapOperations::for_each(Size, const AdamW::Rule&, Out, In, Out, Out, Out);
STRATA_INSTANCE void MapOperations::for_each(Size, const SGD::Rule&, Out, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const SGD::Rule&, Out, In, Out);

// y = f(x) and dx = g(x or y, dy).
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<ReLU::Function>&, Out, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<ReLU::Gradient>&, Out, In, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<GELU::Function>&, Out, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<GELU::Gradient>&, Out, In, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<Sigmoid::Function>&, Out, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<Sigmoid::Gradient>&, Out, In, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<Tanh::Function>&, Out, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<Tanh::Gradient>&, Out, In, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<Dropout::Product>&, Out, In, In);

// Arithmetic, of equal shapes and broadcast, and the gradients of what was added.
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<Add::Function>&, Out, In, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<Sub::Function>&, Out, In, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<Mul::Function>&, Out, In, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<Mul::Gradient<0>>&, Out, In, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<AddNumber::Function>&, Out, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<MulNumber::Function>&, Out, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const strata::detail::AddTo&, Out, In);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<strata::detail::Plus>&, Out, In, In);
STRATA_INSTANCE void LoopOperations::map_in_loops(const Loops<3>&, const Add::Function&, Out, In, In);
STRATA_INSTANCE void LoopOperations::map_in_loops(const Loops<3>&, const Sub::Function&, Out, In, In);
STRATA_INSTANCE void LoopOperations::map_in_loops(const Loops<3>&, const Mul::Function&, Out, In, In);
STRATA_INSTANCE void LoopOperations::map_in_loops(const Loops<3>&, const Mul::Gradient<0>&, Out, In, In);
STRATA_INSTANCE void LoopOperations::map_in_loops(const Loops<2>&, const Add::Gradient<1>&, Out, In);
STRATA_INSTANCE void LoopOperations::sum_in_loops(const Loops<2>&, double, const Add::Gradient<1>&, Out, In);
STRATA_INSTANCE void LoopOperations::sum_in_loops(const Loops<3>&, double, const Mul::Gradient<0>&, Out, In,
                                                  In);

}  // namespace strata::cpu
#endif
