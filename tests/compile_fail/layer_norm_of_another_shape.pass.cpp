#include <strata/layers/input.hpp>
#include <strata/layers/layer_norm.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<64, 4>, st::LayerNorm<64, 4>>;

template struct st::Network<Net>;
