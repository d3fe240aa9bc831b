// error: module
// expect: module_error<
// expect: at_layer<1>
// expect: it_uses_the_outputs_of_a_layer_as_one_so_write_unpack_or_its_number
// The sum would be that of the first output, and nobody would know of the second.
#include <strata/layers/linear.hpp>
#include <strata/models/parallel.hpp>
#include <strata/models/residual.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<8, 8>, st::Residual<st::Parallel<st::Linear<8>, st::Linear<8>>>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
