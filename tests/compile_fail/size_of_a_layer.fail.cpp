// error: size
// expect: size_error<
// expect: at_layer<0>
// expect: Linear<1099511627776, 16777216>
// The weight has 2^64 elements.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<1099511627776, 16777216>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
