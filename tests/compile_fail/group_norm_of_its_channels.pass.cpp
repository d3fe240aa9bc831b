#include <strata/layers/group_norm.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<6, 4, 4>, st::GroupNorm<2, 6>>;

template struct st::Network<Net>;
