// error: shape
// expect: Add\b
// expect: are_given<(strata::)?Shape<4>, (strata::)?Shape<5>>
// expect: an_extent_that_differs_must_be_1_to_broadcast_with, (strata::)?Shape<4>
// Values that are added have the same shape, or shapes that broadcast.
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Linear<10, 4>, st::Linear<10, 5>> {
    static constexpr auto forward(auto self, auto x) { return self[0](x) + self[1](x); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
