#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 20>, st::Input<20>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
