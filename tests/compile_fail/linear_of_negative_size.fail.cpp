// error: arguments
// expect: Linear<784, -1>
// expect: its_sizes_must_be_at_least_1
// A size that is to be deduced is left out, and not -1.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, -1>>;

template struct st::Network<Net>;
