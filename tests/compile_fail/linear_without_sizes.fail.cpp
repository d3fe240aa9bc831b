// error: arguments
// expect: Linear<>
// expect: write_Linear_Out__or_Linear_In_Out
// The size of the output cannot be deduced.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<>>;

template struct st::Network<Net>;
