#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 100>, st::Linear<100, 10, st::no_bias>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
