// error: shape
// expect: at_layer<3>
// expect: Linear<64, 10>
// expect: is_given<(strata::)?Shape<128>>
// expect: it_takes_a_last_extent_of, (strata::)?Shape<64>
// expect: write_instead<(strata::)?Linear<128, 10>>
// Layers are counted from 0, as in the names of their parameters: `at_layer<3>` is the one whose weight is
// called "3.weight". Either it or the layer before it has the wrong size; the message assumes that the
// former is true.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 256>, st::ReLU, st::Linear<256, 128>, st::Linear<64, 10>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
