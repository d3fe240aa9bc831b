#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Conv2d<12, 3>, st::Conv2d<8, 3, st::groups<4>>>;

template struct st::Network<Net>;
