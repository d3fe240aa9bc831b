// error: shape
// expect: Matmul\b
// expect: are_given<(strata::)?Shape<3, 4>, (strata::)?Shape<3, 4>>
// expect: its_inner_extents_must_be_equal_but_are, (strata::)?Shape<4, 3>
// Rows of the first are multiplied by columns of the second.
#include <strata/layers/functions/matmul.hpp>
#include <strata/layers/functions/permute.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Input<3, 4>> {
    static constexpr auto forward(auto self, auto x) {
        x = x;
        return matmul(x, x);
    }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
