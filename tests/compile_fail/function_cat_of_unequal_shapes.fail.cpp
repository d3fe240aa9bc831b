// error: shape
// expect: Cat\b
// expect: are_given<(strata::)?Shape<4, 8>, (strata::)?Shape<2, 8>>
// expect: all_extents_but_that_of_the_dim_must_be_equal_to_those_of, (strata::)?Shape<4, 8>
// Along dim 2 the values that are put together may differ, and nowhere else. The message names the first one and
// the one that does not fit.
#include <strata/layers/functions/cat.hpp>
#include <strata/layers/functions/slice.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Input<6, 8>> {
    static constexpr auto forward(auto self, auto x) {
        x = x;
        const auto [a, b] = split<4, 2>(x, 1);
        return st::cat({a, a, b}, 2);
    }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
