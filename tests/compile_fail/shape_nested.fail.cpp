// error: shape
// expect: at_layer<1, 2>
// expect: Linear<64, 10>
// expect: is_given<(strata::)?Shape<32>>
// expect: write_instead<(strata::)?Linear<32, 10>>
// In a network of networks the place is written from the outside inwards: `at_layer<1, 2>` is layer 2 of
// layer 1, whose weight is called "1.2.weight".
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net =
    st::Sequential<st::Linear<784, 64>, st::Sequential<st::Linear<64, 32>, st::ReLU, st::Linear<64, 10>>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
