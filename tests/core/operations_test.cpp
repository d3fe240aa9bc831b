// Each device offers the vocabulary of core/operations.hpp. What is said of a device that lacks an operation is in
// tests/compile_fail.

#include "catch.hpp"
#include <strata/core/operations.hpp>
#ifdef STRATA_TEST_CUDA
#include <strata/backends/cuda/cuda.hpp>
#endif
#include <strata/backends/cpu/cpu.hpp>

static_assert(strata::OffersAllOperations<strata::Cpu>);
#ifdef STRATA_TEST_CUDA
static_assert(strata::OffersAllOperations<strata::Cuda>);
#endif
