// error: arguments
// expect: GroupNorm<4, 6>
// expect: its_channels_are_a_multiple_of_its_groups
// The groups come first, as in PyTorch: GroupNorm(num_groups, num_channels).
#include <strata/layers/group_norm.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<6, 4, 4>, st::GroupNorm<4, 6>>;

template struct st::Network<Net>;
