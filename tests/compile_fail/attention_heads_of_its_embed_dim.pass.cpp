#include <strata/layers/input.hpp>
#include <strata/layers/multihead_attention.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<16, 10>, st::MultiheadAttention<10, 2>>;

template struct st::Network<Net>;
