// error: arguments
// expect: Reshape<0, 28>
// expect: it_takes_the_extents_of_one_sample_each_at_least_1
// An extent of 0 makes a sample without elements.
#include <strata/layers/linear.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 28>, st::Reshape<0, 28>>;

template struct st::Network<Net>;
