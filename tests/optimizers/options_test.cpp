// Options are equal if their members are, whatever lies between the members in memory.

#include "catch.hpp"

#include <cstring>
#include <new>
#include <strata/strata.hpp>

using namespace strata;

TEMPLATE_TEST_CASE("equal options are equal in memory of any content", "", SGD, Adam, AdamW, Adamax, NAdam,
                   RMSprop, Adagrad, Adadelta) {
    alignas(TestType) unsigned char zeros[sizeof(TestType)], ones[sizeof(TestType)];
    std::memset(zeros, 0, sizeof zeros);
    std::memset(ones, 0xFF, sizeof ones);
    auto* const a = new (zeros) TestType;
    auto* const b = new (ones) TestType;
    CHECK(detail::same_options(*a, *b));
    b->lr = 0.125;
    CHECK_FALSE(detail::same_options(*a, *b));
    b->lr = a->lr;
    b->weight_decay += 1;
    CHECK_FALSE(detail::same_options(*a, *b));
}
