#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 4, 3>, st::Conv2d<8, 3, st::padding<2>, st::PaddingMode::reflect>>;

template struct st::Network<Net>;
