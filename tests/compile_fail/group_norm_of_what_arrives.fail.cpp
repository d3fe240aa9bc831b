// error: shape
// expect: at_layer<1>
// expect: is_given<(strata::)?Shape<6, 4, 4>>
// expect: it_takes_channels_whose_number_is_a_multiple_of, (strata::)?Shape<4>
// Six channels do not make four groups of one size.
#include <strata/layers/group_norm.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<6, 4, 4>, st::GroupNorm<4>>;

template struct st::Network<Net>;
