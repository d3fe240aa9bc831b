// error: arguments
// expect: Linear<784, 10, false>
// expect: its_options_are_names_and_not_false_or_true.*write_Linear_In_Out_or_Linear_Out_then_no_bias
// A word says more than `false`, which could as well be a size of 0.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 10, false>>;

template struct st::Network<Net>;
