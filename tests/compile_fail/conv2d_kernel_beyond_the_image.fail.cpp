// error: shape
// expect: at_layer<2>
// expect: is_given<(strata::)?Shape<8, 3, 3>>
// expect: its_kernel_takes_extents_of_at_least, (strata::)?Shape<8, 5, 5>
// The kernel, dilated, is larger than the image with its padding.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 12, 12>, st::Conv2d<8, 3, st::stride<4>>, st::Conv2d<8, 5>>;

template struct st::Network<Net>;
