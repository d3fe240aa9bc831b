#include <strata/layers/adaptive_avg_pool2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<8, 28, 28>, st::AdaptiveAvgPool2d<1>>;

template struct st::Network<Net>;
