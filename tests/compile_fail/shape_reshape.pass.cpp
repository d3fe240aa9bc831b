#include <strata/layers/linear.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 100>, st::Reshape<1, 10, 10>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
