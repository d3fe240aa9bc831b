// error: size
// expect: size_error<
// expect: at_layer<1>
// expect: Linear<16777216>
// 2^64 elements begin at 0 again for a computer, and a table that says so would be believed.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<8, 16777216>, st::Linear<16777216>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
