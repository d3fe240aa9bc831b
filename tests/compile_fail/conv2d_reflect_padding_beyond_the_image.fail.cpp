// error: shape
// expect: at_layer<1>
// expect: is_given<(strata::)?Shape<1, 4, 2>>
// expect: its_reflect_padding_takes_extents_of_at_least, (strata::)?Shape<1, 3, 3>
// A reflection has no more than the image without its edge.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 4, 2>, st::Conv2d<8, 3, st::padding<2>, st::PaddingMode::reflect>>;

template struct st::Network<Net>;
