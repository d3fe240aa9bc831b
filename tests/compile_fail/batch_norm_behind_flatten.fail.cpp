// error: shape
// expect: at_layer<2>
// expect: is_given<(strata::)?Shape<784>>
// expect: BatchNorm2d_takes_channels_rows_and_columns_in_a_shape_of_rank, (strata::)?Shape<3>
// Behind Flatten there are no images; BatchNorm1d normalises each of the numbers that there are.
#include <strata/layers/batch_norm1d.hpp>
#include <strata/layers/batch_norm2d.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Flatten, st::BatchNorm2d<>>;

template struct st::Network<Net>;
