// error: arguments
// expect: Linear<>
// expect: it_has_too_few_sizes.*write_Linear_In_Out_or_Linear_Out_then_no_bias
// The size of the output cannot be deduced.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<>>;

template struct st::Network<Net>;
