#include <strata/layers/input.hpp>
#include <strata/layers/max_pool2d.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<8, 28, 28>, st::MaxPool2d<2, st::padding<1>>>;

template struct st::Network<Net>;
