// error: shape
// expect: at_layer<1>
// expect: Reshape<1, 28, 28>
// expect: is_given<(strata::)?Shape<100>>
// expect: it_takes_as_many_elements_as, (strata::)?Shape<1, 28, 28>
// expect: let_its_extents_multiply_to<100>
// Reshape neither adds elements nor drops any.
#include <strata/layers/linear.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 100>, st::Reshape<1, 28, 28>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
