// error: shape
// expect: ReduceMean\b
// expect: is_given<(strata::)?Shape<3, 4>>
// expect: it_has_no_such_dim_because_its_samples_have_the_rank, (strata::)?Shape<2>
// Dim 0 is the batch, and 1 and 2 are the extents of a sample; -1 is the last one.
#include <strata/layers/functions/reduce.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Input<3, 4>> {
    static constexpr auto forward(auto self, auto x) {
        x = x;
        return mean(x, 3);
    }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
