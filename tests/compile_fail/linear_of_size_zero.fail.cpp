// error: arguments
// expect: Linear<784, 0>
// expect: its_sizes_must_be_at_least_1
// A layer without outputs has nothing to say.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 0>>;

template struct st::Network<Net>;
