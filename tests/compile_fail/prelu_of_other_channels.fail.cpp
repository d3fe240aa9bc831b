// error: shape
// expect: PReLU<8>
// expect: is_given<(strata::)?Shape<16, 7, 7>>
// expect: it_takes_a_first_extent_of, (strata::)?Shape<8>
// PReLU<C> learns a slope for each of C channels; PReLU<> learns one for all.
#include <strata/layers/input.hpp>
#include <strata/layers/prelu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<16, 7, 7>, st::PReLU<8>>;

template struct st::Network<Net>;
