#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 256>, st::ReLU, st::Linear<256, 128>, st::Linear<128, 10>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
