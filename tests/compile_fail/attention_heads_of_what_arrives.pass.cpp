#include <strata/layers/input.hpp>
#include <strata/layers/multihead_attention.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<16, 12>, st::MultiheadAttention<4>>;

template struct st::Network<Net>;
