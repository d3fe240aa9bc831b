// error: shape
// expect: at_layer<1>
// expect: Input<20>
// expect: is_given<(strata::)?Shape<10>>
// expect: it_takes_exactly, (strata::)?Shape<20>
// expect: change_it_or_a_layer_before_it
// Input belongs at the front. Further behind it only checks what arrives there.
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 10>, st::Input<20>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
