// error: arguments
// expect: Linear<784, 100, 10>
// expect: write_Linear_Out__or_Linear_In_Out
// One Linear is one matrix; two of them make a network of two layers.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 100, 10>>;

template struct st::Network<Net>;
