// error: shape
// expect: Chunk\b
// expect: is_given<(strata::)?Shape<7>>
// expect: its_extent_must_be_a_multiple_of_its_parts_but_extent_and_parts_are, (strata::)?Shape<7, 2>
// The parts of chunk are equal; split<4, 3>(x) gives unequal ones.
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/slice.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Linear<10, 7>> {
    static constexpr auto forward(auto self, auto x) {
        const auto [a, b] = chunk<2>(self[0](x));
        return a * b;
    }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
