#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<4096, 4096>, st::Flatten, st::Linear<1>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
