#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Flatten, st::Linear<784, 10>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
