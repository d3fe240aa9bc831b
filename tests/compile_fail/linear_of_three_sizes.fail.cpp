// error: arguments
// expect: Linear<784, 100, 10>
// expect: write_Linear_Out__or_Linear_In_Out
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 100, 10>>;

template struct st::Network<Net>;
