// error: shape
// expect: at_layer<2>
// expect: is_given<(strata::)?Shape<784>>
// expect: it_takes_channels_rows_and_columns_in_a_shape_of_rank, (strata::)?Shape<3>
// A convolution needs the image; Flatten belongs behind the last one.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Flatten, st::Conv2d<1, 32, 3>>;

template struct st::Network<Net>;
