#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net =
    st::Sequential<st::Linear<784, 64>, st::Sequential<st::Linear<64, 32>, st::ReLU, st::Linear<32, 10>>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
