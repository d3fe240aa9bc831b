// error: shape
// expect: at_layer<1>
// expect: Linear<100, 10>
// expect: is_given<(strata::)?Shape<1, 28, 28>>
// expect: write_instead<(strata::)?Flatten, (strata::)?Linear<784, 10>>
// The same, with a wrong size besides.
#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Linear<100, 10>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
