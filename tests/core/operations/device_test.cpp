// The Cpu offers the vocabulary of core/operations/device.hpp. The Cuda does in backends/cuda/operations_test.cpp; what is
// said of a device that lacks an operation is in tests/compile_fail.

#include "catch.hpp"

#include <strata/backends/cpu/cpu.hpp>
#include <strata/core/operations/device.hpp>

TEST_CASE("The Cpu offers all operations") { STATIC_REQUIRE(strata::OffersAllOperations<strata::Cpu>); }
