// error: size
// expect: size_error<
// expect: at_layer<0>
// expect: Input<
// 2^32 rows and columns are 2^64 elements.
#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<4294967296, 4294967296>, st::Flatten, st::Linear<1>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
