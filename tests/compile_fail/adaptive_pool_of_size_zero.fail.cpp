// error: arguments
// expect: AdaptiveAvgPool2d<0>
// expect: its_sizes_must_be_at_least_1.*write_its_output_as_one_size_or_as_rows_and_columns
// The mean of each channel is AdaptiveAvgPool2d<1>.
#include <strata/layers/adaptive_avg_pool2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<8, 28, 28>, st::AdaptiveAvgPool2d<0>>;

template struct st::Network<Net>;
