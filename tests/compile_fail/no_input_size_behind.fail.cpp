// error: no-input
// expect: nobody states the shape of the network.s input
// expect: input_error<(strata::)?at_layer<0>, (strata::)?Linear<100>>
// Sizes are not deduced backwards: that a later layer takes 100 numbers says nothing about the input.
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<100>, st::ReLU, st::Linear<100, 10>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
