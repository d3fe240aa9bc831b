// error: shape
// expect: Softmax\b
// expect: is_given<(strata::)?Shape<4>>
// expect: dim_0_is_the_batch_and_it_takes_a_dim_of_the_sample
// Each sample has probabilities of its own.
#include <strata/layers/linear.hpp>
#include <strata/layers/softmax.hpp>
#include <strata/models/module.hpp>

namespace st = strata;

struct Net : st::Module<st::Linear<10, 4>> {
    static constexpr auto forward(auto self, auto x) { return softmax(self[0](x), 0); }
};

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
