// error: shape
// expect: at_layer<1>
// expect: is_given<(strata::)?Shape<1, 28, 28>>
// expect: it_takes_channels_and_a_length_in_a_shape_of_rank, (strata::)?Shape<2>
// A Conv1d goes along one extent.
#include <strata/layers/conv1d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Conv1d<1, 8, 3>>;

template struct st::Network<Net>;
