// error: arguments
// expect: at_layer<1>
// expect: Conv2d<3, 32, 3, .*2.*>
// expect: its_groups_must_divide_its_channels
// Three channels are not two groups.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<3, 28, 28>, st::Conv2d<3, 32, 3, st::groups<2>>>;

template struct st::Network<Net>;
