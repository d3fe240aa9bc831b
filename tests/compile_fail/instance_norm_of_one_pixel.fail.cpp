// error: shape
// expect: at_layer<1>
// expect: is_given<(strata::)?Shape<8, 1, 1>>
// expect: it_takes_more_than_one_pixel_in_channels_rows_and_columns_such_as, (strata::)?Shape<8, 2, 2>
// A single pixel is its own mean: nothing would be left of it.
#include <strata/layers/input.hpp>
#include <strata/layers/instance_norm2d.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<8, 1, 1>, st::InstanceNorm2d<>>;

template struct st::Network<Net>;
