#include <strata/layers/avg_pool2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<8, 28, 28>, st::AvgPool2d<3, st::stride<2>>>;

template struct st::Network<Net>;
