// error: shape
// expect: at_layer<2>
// expect: is_given<(strata::)?Shape<6, 26, 26>>
// expect: its_groups_take_a_number_of_channels_that_is_a_multiple_of, (strata::)?Shape<4>
// Each group takes as many of the channels as the others.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Conv2d<6, 3>, st::Conv2d<8, 3, st::groups<4>>>;

template struct st::Network<Net>;
