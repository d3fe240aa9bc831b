// error: shape
// expect: MultiheadAttention<4>
// expect: is_given<(strata::)?Shape<16, 10>>
// expect: its_last_extent_must_be_a_multiple_of_its_heads_whose_number_is, (strata::)?Shape<4>
// The size of the vectors comes from the layer before it, and the number of heads has to divide it.
#include <strata/layers/input.hpp>
#include <strata/layers/multihead_attention.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<16, 10>, st::MultiheadAttention<4>>;

template struct st::Network<Net>;
