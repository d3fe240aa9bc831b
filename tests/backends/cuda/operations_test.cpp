// The Cuda offers the vocabulary of core/operations.hpp.

#include "catch.hpp"

#include <strata/backends/cuda/cuda.hpp>
#include <strata/core/operations.hpp>

TEST_CASE("The Cuda offers all operations", "[cuda][operations]") {
    STATIC_REQUIRE(strata::OffersAllOperations<strata::Cuda>);
}
