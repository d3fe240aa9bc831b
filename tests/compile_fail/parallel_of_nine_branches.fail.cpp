// error: module
// expect: module_error<
// expect: at_layer<1>
// expect: it_gives_more_outputs_than_the_limit_of_8
// Concat takes any number of branches, and gives one output.
#include <strata/layers/linear.hpp>
#include <strata/models/parallel.hpp>

namespace st = strata;

using Net =
    st::Sequential<st::Linear<8, 8>,
                   st::Parallel<st::Linear<1>, st::Linear<2>, st::Linear<3>, st::Linear<4>, st::Linear<5>,
                                st::Linear<6>, st::Linear<7>, st::Linear<8>, st::Linear<9>>>;

template struct st::Network<Net>;  // checks it; st::Model<Net> does the same
