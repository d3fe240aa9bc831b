// error: no-input
// expect: nobody states the shape of the network.s input
// expect: input_error<(strata::)?at_layer<0>, (strata::)?Linear<100>>
// A table of shapes needs one to begin with.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>
#include <strata/tools/summary.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<100>, st::ReLU, st::Linear<10>>;

int main() { return st::summary<Net>().rows.empty() ? 1 : 0; }
