#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<3, 32, 24>, st::Conv2d<3, 16, 3>>;

template struct st::Network<Net>;
