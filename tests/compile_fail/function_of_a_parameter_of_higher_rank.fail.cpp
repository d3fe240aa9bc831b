// error: shape
// expect: Mul\b
// expect: are_given<(strata::)?Shape<4>, (strata::)?single_tensor<(strata::)?Shape<3, 4> ?>>
// expect: a_single_tensor_must_have_at_most_the_rank_of_the_samples, (strata::)?Shape<4>
// PyTorch would take the 3 for the number of samples.
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/reduce.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Input<4>, st::Parameter<"table", st::Shape<3, 4>>> {
    static constexpr auto forward(auto self, auto x) { return x * self["table"]; }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
