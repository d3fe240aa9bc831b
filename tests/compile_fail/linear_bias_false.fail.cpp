// error: arguments
// expect: Linear<784, 10, false>
// expect: write_no_bias_and_not_false_or_true
// A word says more than `false`, which could as well be a size of 0.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 10, false>>;

template struct st::Network<Net>;
