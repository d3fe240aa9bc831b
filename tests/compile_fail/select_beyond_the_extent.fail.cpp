// error: shape
// expect: Select<1, 20>
// expect: is_given<(strata::)?Shape<20, 8>>
// expect: its_index_must_be_below_the_extent_that_it_selects_from, (strata::)?Shape<20>
// Indices count from 0; the last one is also -1.
#include <strata/layers/input.hpp>
#include <strata/layers/select.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<20, 8>, st::Select<1, 20>>;

template struct st::Network<Net>;
