// error: shape
// expect: at_layer<1>
// expect: is_given<(strata::)?Shape<28, 28>>
// expect: it_takes_channels_rows_and_columns_in_a_shape_of_rank, (strata::)?Shape<3>
// expect: put_before_it<(strata::)?Reshape<1, 28, 28>>
// A grey image has one channel, which its shape has to say.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<28, 28>, st::Conv2d<1, 32, 3>>;

template struct st::Network<Net>;
