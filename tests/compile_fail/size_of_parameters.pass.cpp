#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<8, 65536>, st::Linear<65536>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
