// error: arguments
// expect: MultiheadAttention<10, 3>
// expect: its_heads_must_divide_its_embed_dim
// Each head has an equal part of the vectors.
#include <strata/layers/input.hpp>
#include <strata/layers/multihead_attention.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<16, 10>, st::MultiheadAttention<10, 3>>;

template struct st::Network<Net>;
