#include <strata/layers/input.hpp>
#include <strata/layers/instance_norm2d.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<8, 2, 2>, st::InstanceNorm2d<>>;

template struct st::Network<Net>;
