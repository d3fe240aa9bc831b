// The Cuda offers the vocabulary of core/operations/device.hpp.

#include "catch.hpp"

#include <strata/backends/cuda/cuda.hpp>
#include <strata/core/operations/device.hpp>

TEST_CASE("The Cuda offers all operations", "[cuda][operations]") {
    STATIC_REQUIRE(strata::OffersAllOperations<strata::Cuda>);
}
