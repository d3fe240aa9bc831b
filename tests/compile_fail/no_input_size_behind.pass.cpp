#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<784>, st::Linear<100>, st::ReLU, st::Linear<100, 10>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
