// error: shape
// expect: at_layer<1>
// expect: Linear<10, 100>
// expect: is_given<(strata::)?Shape<100>>
// expect: swap_its_sizes_and_write<(strata::)?Linear<100, 10>>
// The sizes of a Linear are written in the order In, Out, as in PyTorch. (Its weight is stored the other way
// round, also as in PyTorch.)
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 100>, st::Linear<10, 100>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
