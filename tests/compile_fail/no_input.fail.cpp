// error: no-input
// expect: nobody states the shape of the network.s input
// expect: input_error<(strata::)?at_layer<1>, (strata::)?Linear<100>>
// The sizes between layers are deduced from the front; there they have to begin. The error names the first
// layer that would have needed one.
#include <strata/layers/flatten.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Flatten, st::Linear<100>, st::ReLU, st::Linear<10>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
