#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<1048576, 1024>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
