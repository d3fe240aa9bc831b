// error: shape
// expect: at_layer<1>
// expect: is_given<(strata::)?Shape<64, 4>>
// expect: it_normalizes_the_last_extents, (strata::)?Shape<4, 64>
// The normalized_shape is the last extents, in their order.
#include <strata/layers/input.hpp>
#include <strata/layers/layer_norm.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<64, 4>, st::LayerNorm<4, 64>>;

template struct st::Network<Net>;
