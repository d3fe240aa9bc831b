// error: arguments
// expect: Input<>
// expect: it_takes_the_extents_of_one_sample_each_at_least_1
// `Input<1, 28, 28>` are images of one channel, `Input<784>` rows.
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<>, st::Linear<10>>;

template struct st::Network<Net>;
