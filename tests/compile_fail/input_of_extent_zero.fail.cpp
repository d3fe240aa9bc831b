// error: arguments
// expect: Input<0>
// expect: it_takes_the_extents_of_one_sample_each_at_least_1
// The batch is not part of a shape: the number of samples may change from batch to batch.
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<0>, st::Linear<10>>;

template struct st::Network<Net>;
