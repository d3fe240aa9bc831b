// error: arguments
// expect: ReduceMean\b
// expect: it_is_a_function_to_be_called_in_the_forward_of_a_module
// What mean(x, 1) leaves in the graph is not for a Sequential: its dim is known to forward only.
#include <strata/layers/functions/reduce.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<3, 4>, st::ReduceMean>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
