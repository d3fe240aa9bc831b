// error: reshape
// expect: Reshape<0, 28>
// expect: Reshape takes the extents of one sample, each at least 1
#include <strata/layers/linear.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 28>, st::Reshape<0, 28>>;

template struct st::Network<Net>;
