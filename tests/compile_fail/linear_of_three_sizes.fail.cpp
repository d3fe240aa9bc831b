// error: arguments
// expect: Linear<784, 100, 10>
// expect: it_has_too_many_sizes.*write_Linear_In_Out_or_Linear_Out_then_no_bias
// One Linear is one matrix; two of them make a network of two layers.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 100, 10>>;

template struct st::Network<Net>;
