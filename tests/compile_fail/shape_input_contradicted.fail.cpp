// error: shape
// expect: at_layer<1>
// expect: Linear<784, 10>
// expect: is_given<(strata::)?Shape<100>>
// expect: write_instead<(strata::)?Linear<100, 10>>
// Input and the first Linear both state the size of the input, and disagree.
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<100>, st::Linear<784, 10>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
