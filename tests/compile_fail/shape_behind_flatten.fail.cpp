// error: shape
// expect: at_layer<2>
// expect: Linear<728, 10>
// expect: is_given<(strata::)?Shape<784>>
// expect: Shape<728>
// expect: write_instead<(strata::)?Linear<784, 10>>
// Flatten turns a sample of 1 x 28 x 28 into a row of 784 numbers. `Linear<10>`, which takes its first size
// from the layer before it, would do as well.
#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Flatten, st::Linear<728, 10>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
