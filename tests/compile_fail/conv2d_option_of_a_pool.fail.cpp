// error: arguments
// expect: Conv2d<1, 32, 3, .*>
// expect: it_has_no_such_option
// `ceil_mode` is an option of pools.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Conv2d<1, 32, 3, st::ceil_mode>>;

template struct st::Network<Net>;
