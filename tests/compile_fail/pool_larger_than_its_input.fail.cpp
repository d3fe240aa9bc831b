// error: shape
// expect: is_given<(strata::)?Shape<16, 4, 9>>
// expect: its_window_takes_extents_of_at_least, (strata::)?Shape<16, 5, 5>
// A window of 7 rows fits into 5 rows with one row of padding on either side, and not into 4.
#include <strata/layers/avg_pool2d.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<16, 4, 9>, st::AvgPool2d<7, st::padding<1>>>;

template struct st::Network<Net>;
