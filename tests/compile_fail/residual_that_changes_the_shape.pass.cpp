#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/residual.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<3, 8>, st::Residual<st::Linear<8, 4>, st::ReLU, st::Linear<4, 8>>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
