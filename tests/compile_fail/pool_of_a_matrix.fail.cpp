// error: shape
// expect: at_layer<1>
// expect: MaxPool2d<2>
// expect: is_given<(strata::)?Shape<28, 28>>
// expect: a_pool_takes_channels_rows_and_columns_in_a_shape_of_rank, (strata::)?Shape<3>
// expect: put_before_it<(strata::)?Reshape<1, 28, 28>>
// An image has channels, if only one.
#include <strata/layers/input.hpp>
#include <strata/layers/max_pool2d.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<28, 28>, st::MaxPool2d<2>>;

template struct st::Network<Net>;
