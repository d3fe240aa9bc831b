#include <strata/layers/flatten.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Flatten, st::Linear<784, 100>, st::ReLU, st::Linear<10>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
