// error: shape
// expect: at_layer<1>
// expect: Linear<784, 10>
// expect: is_given<(strata::)?Shape<1, 28, 28>>
// expect: it_takes_a_last_extent_of, (strata::)?Shape<784>
// expect: put_before_it<(strata::)?Flatten>
// A Linear works along the last extent of a sample, as in PyTorch. For all 784 pixels at once put Flatten
// before it.
#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Linear<784, 10>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
