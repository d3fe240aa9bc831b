#include <strata/layers/linear.hpp>
#include <strata/models/parallel.hpp>
#include <strata/models/residual.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<8, 8>, st::Residual<st::Sum<st::Linear<8>, st::Linear<8>>>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
