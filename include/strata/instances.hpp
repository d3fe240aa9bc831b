#pragma once
// Instances of elementwise kernels in the compiled part, for what most networks have: the rules of optimizers and a few
// layers, in float. Kernels that know extents at run time name their instances beside themselves.

#include <strata/core/config.hpp>

#ifdef STRATA_INSTANCE
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/execution/memory.hpp>
#include <strata/models/parameter.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/optimizers/adamw.hpp>
#include <strata/optimizers/sgd.hpp>

namespace strata::cpu {

using Reads = const float*;
using Writes = float*;

STRATA_INSTANCE void MapOperations::for_each(Size, const Adam::Rule&, Writes, Reads, Writes, Writes);
STRATA_INSTANCE void MapOperations::for_each(Size, const Adam::Rule&, Writes, Reads, Writes, Writes, Writes);
STRATA_INSTANCE void MapOperations::for_each(Size, const AdamW::Rule&, Writes, Reads, Writes, Writes);
STRATA_INSTANCE void MapOperations::for_each(Size, const AdamW::Rule&, Writes, Reads, Writes, Writes, Writes);
STRATA_INSTANCE void MapOperations::for_each(Size, const SGD::Rule&, Writes, Reads);
STRATA_INSTANCE void MapOperations::for_each(Size, const SGD::Rule&, Writes, Reads, Writes);

STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<ReLU::Function>&, Writes, Reads);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<ReLU::Gradient>&, Writes, Reads,
                                             Reads);
STRATA_INSTANCE void MapOperations::for_each(Size, const strata::detail::AddTo&, Writes, Reads);
STRATA_INSTANCE void MapOperations::for_each(Size, const detail::Assign<strata::detail::Plus>&, Writes, Reads,
                                             Reads);

}  // namespace strata::cpu
#endif
